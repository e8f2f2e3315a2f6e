with communes as (

    select
        commune_code,
        min(period) as first_period,
        max(period) as last_period,
        max(known_from) as known_from
    from {{ ref('int_dossier_counts__summed') }}
    where period is not null
    group by commune_code

)

-- A month without a dossier is one in which nothing happened only if the portal was read after its window had closed;
-- otherwise nobody has asked yet, and there is no row.
select
    communes.commune_code,
    windows.period,
    windows.counts_from,
    windows.counts_to,
    communes.known_from,
    lag(windows.period) over (partition by communes.commune_code order by windows.period) as previous_period
from communes
inner join {{ ref('int_counting_windows__listed') }} as windows
    on
        communes.first_period <= windows.period
        and (
            communes.last_period >= windows.period
            or communes.known_from >= {{ end_of_vietnam_day('windows.counts_to') }}
        )
