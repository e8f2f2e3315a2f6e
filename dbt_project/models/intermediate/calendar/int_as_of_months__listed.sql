with months as (

    select
        plan_key,
        period,
        ends_on
    from {{ ref('stg_plan__reporting_periods') }}
    where frequency = 'monthly' and starts_on <= {{ as_of_day() }}

),

first_forms as (

    select
        plan_key,
        min({{ period_ends_on('period') }}) as first_form_on
    from {{ ref('stg_ledger__form_issues') }}
    group by plan_key

),

first_days as (

    -- Before its first form a plan has no progress to show; a plan without forms starts with its own first day.
    select
        plans.plan_key,
        least(coalesce(first_forms.first_form_on, plans.valid_from), {{ as_of_day() }}) as first_day
    from {{ ref('stg_plan__plans') }} as plans
    left join first_forms on plans.plan_key = first_forms.plan_key

),

final as (

    select
        months.plan_key,
        months.period as as_of_period,
        months.ends_on as as_of_ends_on,
        least(months.ends_on, {{ as_of_day() }}) as reckoned_on
    from months
    inner join first_days
        on
            months.plan_key = first_days.plan_key
            and months.ends_on >= first_days.first_day

)

select * from final
