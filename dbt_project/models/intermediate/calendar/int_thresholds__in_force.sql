with period_ends as (

    select distinct ends_on
    from {{ ref('stg_plan__reporting_periods') }}

),

in_force as (

    select
        period_ends.ends_on,
        thresholds.threshold_code,
        thresholds.threshold_value
    from period_ends
    inner join {{ ref('thresholds') }} as thresholds
        on
            period_ends.ends_on >= thresholds.valid_from
            and period_ends.ends_on <= coalesce(thresholds.valid_to, period_ends.ends_on)

),

final as (

    select
        ends_on,
        max(case when threshold_code = 'pace_on_track' then threshold_value end) as pace_on_track,
        max(case when threshold_code = 'pace_at_risk' then threshold_value end) as pace_at_risk,
        max(case when threshold_code = 'task_tolerance' then threshold_value end) as task_tolerance,
        max(case when threshold_code = 'claim_notice_pct' then threshold_value end) as claim_notice_pct,
        max(case when threshold_code = 'claim_block_pct' then threshold_value end) as claim_block_pct,
        max(case when threshold_code = 'claim_cause_match_pct' then threshold_value end) as claim_cause_match_pct,
        max(case when threshold_code = 'claim_cause_match_points' then threshold_value end) as claim_cause_match_points,
        max(case when threshold_code = 'claim_least_points' then threshold_value end) as claim_least_points,
        max(case when threshold_code = 'claim_least_dossiers' then threshold_value end) as claim_least_dossiers,
        max(case when threshold_code = 'smallest_published_group' then threshold_value end) as smallest_published_group
    from in_force
    group by ends_on

)

select * from final
