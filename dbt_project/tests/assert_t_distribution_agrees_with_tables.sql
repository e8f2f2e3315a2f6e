-- The approximation behind probability_hit must stay within 0.005 of the exact distribution of Student's t
-- (probabilities computed with scipy.stats.t.cdf, which agrees with printed tables). A wrong constant in
-- macros/statistics.sql would shift every probability on the board without breaking anything else.
with known (t, df, probability) as (

    values
    (-3.0, 2, 0.047733),
    (-1.0, 2, 0.211325),
    (0.0, 2, 0.500000),
    (1.0, 2, 0.788675),
    (4.3027, 2, 0.975001),
    (-1.0, 3, 0.195501),
    (2.0, 3, 0.930337),
    (-3.0, 5, 0.015050),
    (0.5, 5, 0.680851),
    (2.0, 10, 0.963306),
    (-1.0, 30, 0.162654),
    (2.0, 30, 0.972687)

),

exact as (

    select
        cast(t as double) as t,
        cast(df as double) as df,
        cast(probability as double) as probability
    from known

),

deviates as (

    select
        *,
        {{ normal_deviate_of_t('t', 'df') }} as z
    from exact

),

approximated as (

    select
        *,
        {{ normal_cdf('z') }} as approximation
    from deviates

)

select *
from approximated
where abs(approximation - probability) > 0.005
