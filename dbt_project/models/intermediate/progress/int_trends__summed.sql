with figures as (

    select
        figures.plan_key,
        figures.indicator_code,
        figures.value_on,
        indicators.value_kind = 'ratio' as is_on_log_odds,
        {{ days_between('baselines.baseline_on', 'figures.value_on') }} as x,
        -- Decimals, because sums of them do not depend on the order in which threads add (design 2.7); log-odds times
        -- 10 000 keep eight digits.
        case
            when indicators.value_kind = 'ratio'
                then cast(round(10000 * {{ log_odds_of_pct('figures.value') }}, 4) as decimal(18, 4))
            else cast(figures.value - baselines.baseline_value as decimal(18, 4))
        end as y
    from {{ ref('int_values__by_month') }} as figures
    inner join {{ ref('int_baselines__found') }} as baselines
        on
            figures.plan_key = baselines.plan_key
            and figures.indicator_code = baselines.indicator_code
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            figures.plan_key = indicators.plan_key
            and figures.indicator_code = indicators.indicator_code
    where figures.value is not null

),

final as (

    select
        plan_key,
        indicator_code,
        value_on,
        is_on_log_odds,
        x,
        y,
        count(*) over so_far as n,
        sum(x) over so_far as sum_x,
        sum(x * x) over so_far as sum_xx,
        sum(y) over so_far as sum_y,
        sum(x * y) over so_far as sum_xy,
        sum(y * y) over so_far as sum_yy
    from figures
    window so_far as (
        partition by plan_key, indicator_code
        order by value_on rows between unbounded preceding and current row
    )

)

select * from final
