with claims as (

    select
        observations.plan_key,
        observations.indicator_code,
        observations.unit_code,
        observations.period,
        observations.numerator,
        observations.denominator,
        observations.value,
        observations.value_text,
        observations.value_status,
        observations.number_nature,
        observations.receipt_id
    from {{ ref('int_observations__versioned') }} as observations
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            observations.plan_key = indicators.plan_key
            and observations.indicator_code = indicators.indicator_code
    where
        observations.is_current
        and indicators.figure_of_record = 'claim'

),

records as (

    -- A month that still counts is no figure yet: its dossiers go on coming in.
    select
        observations.plan_key,
        observations.indicator_code,
        observations.unit_code,
        observations.period,
        observations.numerator,
        observations.denominator,
        observations.value,
        cast(null as {{ text_type() }}) as value_text,
        observations.value_status,
        'actual' as number_nature,
        cast(null as {{ text_type() }}) as receipt_id
    from {{ ref('int_portal_observations__derived') }} as observations
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            observations.plan_key = indicators.plan_key
            and observations.indicator_code = indicators.indicator_code
    where
        indicators.figure_of_record = 'records'
        and observations.counts_to < {{ as_of_day() }}

),

final as (

    select * from claims
    union all
    select * from records

)

select * from final
