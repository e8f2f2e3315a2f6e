-- Two ways through the models, one number of received dossiers.
select
    balances.commune_code,
    balances.period,
    balances.received_count,
    rates.numerator
from {{ ref('fct_dossier_balances') }} as balances
full outer join {{ ref('fct_dossier_rates') }} as rates
    on
        balances.commune_code = rates.commune_code
        and balances.period = rates.period
where coalesce(rates.rate, 'received') = 'received' and balances.received_count is distinct from rates.numerator
