with period_ends as (

    select distinct
        plan_key,
        ends_on
    from {{ ref('stg_plan__reporting_periods') }}

),

ranked as (

    select
        targets.*,
        period_ends.ends_on as seen_from,
        row_number() over (
            partition by targets.plan_key, targets.indicator_code, period_ends.ends_on
            order by
                targets.is_quantitative desc,
                case when targets.due_on < period_ends.ends_on then 1 else 0 end asc,
                case when targets.due_on < period_ends.ends_on then null else targets.due_on end asc nulls last,
                targets.due_on desc nulls last,
                targets.target_no asc
        ) as choice_no
    from {{ ref('int_targets__dated') }} as targets
    inner join period_ends on targets.plan_key = period_ends.plan_key

),

final as (

    select
        plan_key,
        indicator_code,
        seen_from,
        target_no,
        target_year,
        due_on,
        comparator,
        target_value,
        target_value_upper,
        target_text,
        is_quantitative,
        sense
    from ranked
    where choice_no = 1

)

select * from final
