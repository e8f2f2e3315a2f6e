{{ config(materialized='table') }}

with reported as (

    select
        observations.plan_key,
        observations.indicator_code,
        observations.unit_code,
        observations.period,
        {{ period_starts_on('observations.period') }} as period_starts_on,
        {{ period_ends_on('observations.period') }} as value_on,
        observations.numerator,
        observations.denominator,
        observations.value,
        observations.value_text,
        observations.number_nature,
        observations.receipt_id,
        case when observations.unit_code = indicators.reporter_unit then 0 else 1 end as stranger_no
    from {{ ref('int_figures__of_record') }} as observations
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            observations.plan_key = indicators.plan_key
            and observations.indicator_code = indicators.indicator_code
    where observations.value_status = 'reported'

),

numbered as (

    -- Periods that end together (June, the second quarter, the first half): the shortest one speaks of the month.
    select
        *,
        row_number() over (
            partition by plan_key, indicator_code, value_on
            order by stranger_no asc, period_starts_on desc, unit_code asc
        ) as choice_no
    from reported

),

final as (

    select
        plan_key,
        indicator_code,
        value_on,
        period as value_period,
        unit_code,
        numerator,
        denominator,
        value,
        value_text,
        number_nature,
        receipt_id
    from numbered
    where choice_no = 1

)

select * from final
