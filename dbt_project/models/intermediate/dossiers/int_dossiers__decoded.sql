with dossiers as (

    select
        *,
        coalesce(received_on, {{ as_of_day() }}) as coded_on
    from {{ ref('int_dossiers__versioned') }}

),

final as (

    -- What a code counts as on the day of receipt is data of the seed; a code that it does not know decodes to nothing.
    select
        dossiers.*,
        statuses.counts_as as status_kind,
        channels.counts_as as channel_kind,
        payments.counts_as as payment_kind,
        satisfactions.counts_as as satisfaction_kind
    from dossiers
    left join {{ ref('dossier_codes') }} as statuses
        on
            dossiers.status_code = statuses.code
            and statuses.code_list = 'status'
            and dossiers.coded_on between statuses.valid_from and coalesce(statuses.valid_to, dossiers.coded_on)
    left join {{ ref('dossier_codes') }} as channels
        on
            dossiers.channel_code = channels.code
            and channels.code_list = 'channel'
            and dossiers.coded_on between channels.valid_from and coalesce(channels.valid_to, dossiers.coded_on)
    left join {{ ref('dossier_codes') }} as payments
        on
            dossiers.payment_code = payments.code
            and payments.code_list = 'payment'
            and dossiers.coded_on between payments.valid_from and coalesce(payments.valid_to, dossiers.coded_on)
    left join {{ ref('dossier_codes') }} as satisfactions
        on
            dossiers.satisfaction_code = satisfactions.code
            and satisfactions.code_list = 'satisfaction'
            and dossiers.coded_on between satisfactions.valid_from
            and coalesce(satisfactions.valid_to, dossiers.coded_on)

)

select * from final
