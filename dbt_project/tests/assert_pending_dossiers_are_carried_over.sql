-- What is pending at the end of a period is what the next one carries over.
with balances as (

    select
        commune_code,
        period,
        carried_over_count,
        lag(pending_count) over (partition by commune_code order by period) as pending_before
    from {{ ref('fct_dossier_balances') }}

)

select * from balances
where carried_over_count <> pending_before
