-- Counts below this are too small for a ratio of magnitudes to mean anything (methods d.3: small n).
{% set smallest_magnitude = 10 %}
{% set material_change_pct = 10 %}
-- Fewer earlier periods than this cannot tell an outlier (methods d.3: the cap of z for small n).
{% set fewest_periods = 4 %}

with figures as (

    select
        observations.plan_key,
        observations.indicator_code,
        observations.unit_code,
        observations.period,
        observations.value,
        indicators.value_kind,
        indicators.direction,
        coalesce(
            canonical.range_min, case when indicators.value_kind in ('ratio', 'count', 'index') then 0 end
        ) as range_min,
        coalesce(
            canonical.range_max, case indicators.value_kind when 'ratio' then 100 when 'index' then 1 end
        ) as range_max,
        lag(observations.value) over (
            partition by observations.plan_key, observations.indicator_code, observations.unit_code
            order by observations.period
        ) as previous_value
    from {{ ref('fct_indicator_observations') }} as observations
    inner join {{ ref('dim_indicators') }} as indicators
        on
            observations.plan_key = indicators.plan_key
            and observations.indicator_code = indicators.indicator_code
    left join {{ ref('dim_canonical_indicators') }} as canonical
        on indicators.canonical_code = canonical.canonical_code
    where
        observations.source = 'unit_form'
        and observations.is_current
        and observations.value_status = 'reported'
        and observations.value is not null

),

prior_pairs as (

    select
        figures.plan_key,
        figures.indicator_code,
        figures.unit_code,
        figures.period,
        earlier.value as prior_value,
        median(earlier.value) over (
            partition by figures.plan_key, figures.indicator_code, figures.unit_code, figures.period
        ) as prior_median
    from figures
    inner join figures as earlier
        on
            figures.plan_key = earlier.plan_key
            and figures.indicator_code = earlier.indicator_code
            and figures.unit_code = earlier.unit_code
            and figures.period > earlier.period

),

-- Leave-one-out: only what came before, so a verdict does not change when later months arrive.
priors as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        count(*) as prior_count,
        max(prior_median) as prior_median,
        median(abs(prior_value - prior_median)) as prior_mad,
        avg(abs(prior_value - prior_median)) as prior_mean_deviation
    from prior_pairs
    group by plan_key, indicator_code, unit_code, period

),

-- The target that is next when the period ends.
milestones as (

    select
        figures.plan_key,
        figures.indicator_code,
        figures.unit_code,
        figures.period,
        min(targets.target_value) as target_value
    from figures
    inner join {{ ref('dim_targets') }} as targets
        on
            figures.plan_key = targets.plan_key
            and figures.indicator_code = targets.indicator_code
            and targets.is_quantitative
            and targets.due_on >= {{ period_ends_on('figures.period') }}
    group by figures.plan_key, figures.indicator_code, figures.unit_code, figures.period

),

-- Consecutive periods with one value: the difference of two numberings is constant within a run.
runs as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        value,
        row_number() over (partition by plan_key, indicator_code, unit_code order by period)
        - row_number() over (partition by plan_key, indicator_code, unit_code, value order by period) as run_no
    from figures

),

run_lengths as (

    select
        plan_key,
        indicator_code,
        unit_code,
        period,
        row_number() over (partition by plan_key, indicator_code, unit_code, value, run_no order by period)
            as same_value_run
    from runs

),

measured as (

    select
        figures.*,
        priors.prior_median,
        milestones.target_value,
        run_lengths.same_value_run,
        greatest(figures.range_min - figures.value, figures.value - figures.range_max, 0) as range_excess,
        case
            when
                figures.value > 0
                and priors.prior_median > 0
                and (
                    figures.value_kind = 'ratio'
                    or greatest(figures.value, priors.prior_median) >= {{ smallest_magnitude }}
                )
                then round(abs(log10(cast(figures.value as double) / cast(priors.prior_median as double))), 4)
        end as log10_ratio,
        coalesce(priors.prior_count, 0) as prior_count,
        case
            when coalesce(priors.prior_count, 0) < {{ fewest_periods }} then null
            when
                figures.value_kind = 'count'
                and greatest(figures.value, priors.prior_median) < {{ smallest_magnitude }}
                then null
            when 100 * abs(figures.value - priors.prior_median) <= {{ material_change_pct }} * abs(priors.prior_median)
                then 0
            when priors.prior_mad > 0
                then round(0.6745 * abs(figures.value - priors.prior_median) / priors.prior_mad, 4)
            when priors.prior_mean_deviation > 0
                then round(abs(figures.value - priors.prior_median) / (1.253314 * priors.prior_mean_deviation), 4)
            -- Nothing ever moved before: any material change is the first one, and is shown.
            else 99
        end as outlier_score
    from figures
    left join priors
        on
            figures.plan_key = priors.plan_key
            and figures.indicator_code = priors.indicator_code
            and figures.unit_code = priors.unit_code
            and figures.period = priors.period
    left join milestones
        on
            figures.plan_key = milestones.plan_key
            and figures.indicator_code = milestones.indicator_code
            and figures.unit_code = milestones.unit_code
            and figures.period = milestones.period
    left join run_lengths
        on
            figures.plan_key = run_lengths.plan_key
            and figures.indicator_code = run_lengths.indicator_code
            and figures.unit_code = run_lengths.unit_code
            and figures.period = run_lengths.period

),

final as (

    select
        *,
        -- Only while there are too few periods for a score, so that one figure is not told of twice; against the
        -- median, so that the return to the usual after one odd month is no second jump.
        case when value_kind = 'ratio' and prior_count < {{ fewest_periods }} then abs(value - prior_median) end
            as jump_points,
        case
            when value_kind = 'count' and direction = 'up' and previous_value is not null
                then greatest(previous_value - value, 0)
        end
            as cumulative_drop,
        -- A rate that rests at nothing or at everything is no sign of a copied figure.
        case when value_kind = 'ratio' and value > 0 and value < 100 then same_value_run end as steady_run,
        case
            when value_kind = 'ratio' and target_value < 100 and previous_value is not null
                then case when value = target_value and previous_value < target_value then 1 else 0 end
        end as exact_target_hit,
        {{ figure_vi('value') }} as value_vi,
        {{ figure_vi('prior_median') }} as prior_median_vi,
        {{ figure_vi('previous_value') }} as previous_value_vi,
        {{ figure_vi('target_value') }} as target_value_vi,
        {{ figure_vi('range_min') }} as range_min_vi,
        {{ figure_vi('range_max') }} as range_max_vi
    from measured

)

select
    plan_key,
    indicator_code,
    unit_code,
    period,
    range_excess,
    value_vi as range_excess_observed,
    coalesce(range_min_vi, '…') || ' – ' || coalesce(range_max_vi, '…') as range_excess_expected,
    log10_ratio,
    value_vi as log10_ratio_observed,
    prior_median_vi as log10_ratio_expected,
    outlier_score,
    value_vi as outlier_score_observed,
    prior_median_vi as outlier_score_expected,
    jump_points,
    value_vi as jump_points_observed,
    prior_median_vi as jump_points_expected,
    cumulative_drop,
    value_vi as cumulative_drop_observed,
    previous_value_vi as cumulative_drop_expected,
    steady_run as same_value_run,
    value_vi as same_value_run_observed,
    cast(steady_run as {{ text_type() }}) as same_value_run_expected,
    exact_target_hit,
    value_vi as exact_target_hit_observed,
    target_value_vi as exact_target_hit_expected
from final
