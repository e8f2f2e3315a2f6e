-- Fewer cells than this say nothing about a form as a whole.
{% set fewest_cells = 3 %}

with figures as (

    select
        observations.plan_key,
        observations.unit_code,
        observations.period,
        observations.value,
        lag(observations.value) over (
            partition by observations.plan_key, observations.indicator_code, observations.unit_code
            order by observations.period
        ) as previous_value
    from {{ ref('fct_indicator_observations') }} as observations
    inner join {{ ref('dim_indicators') }} as indicators
        on
            observations.plan_key = indicators.plan_key
            and observations.indicator_code = indicators.indicator_code
    where
        observations.source = 'unit_form'
        and observations.is_current
        and observations.value_status = 'reported'
        and observations.value is not null
        and indicators.value_kind in ('ratio', 'growth')

),

counted as (

    select
        plan_key,
        unit_code,
        period,
        count(*) as cell_count,
        {{ count_if('value = 100') }} as hundred_count,
        {{ count_if('previous_value is not null and value > 0 and value < 100') }} as compared_count,
        {{ count_if('value = previous_value and value > 0 and value < 100') }} as same_count
    from figures
    group by plan_key, unit_code, period

),

final as (

    select
        *,
        case when compared_count >= {{ fewest_cells }} then 100.0 * same_count / compared_count end as copied_pct,
        case when cell_count >= {{ fewest_cells }} then 100.0 * hundred_count / cell_count end as all_hundred_pct
    from counted

)

select
    plan_key,
    cast(null as {{ text_type() }}) as indicator_code,
    unit_code,
    period,
    copied_pct,
    cast(cast(round(copied_pct) as integer) as {{ text_type() }}) as copied_pct_observed,
    cast(compared_count as {{ text_type() }}) as copied_pct_expected,
    all_hundred_pct,
    cast(cast(round(all_hundred_pct) as integer) as {{ text_type() }}) as all_hundred_pct_observed,
    cast(cell_count as {{ text_type() }}) as all_hundred_pct_expected
from final
