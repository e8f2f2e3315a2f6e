with dossiers as (

    select
        *,
        coalesce(received_on, {{ as_of_day() }}) as coded_on
    from {{ ref('int_dossiers__versioned') }}

),

codes as (

    -- Held against the day column by column, so that codes can be looked up and need not all be tried for each dossier.
    select
        code_list,
        code,
        counts_as,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_until
    from {{ ref('dossier_codes') }}

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
    left join codes as statuses
        on
            dossiers.status_code = statuses.code
            and statuses.code_list = 'status'
            and dossiers.coded_on between statuses.valid_from and statuses.valid_until
    left join codes as channels
        on
            dossiers.channel_code = channels.code
            and channels.code_list = 'channel'
            and dossiers.coded_on between channels.valid_from and channels.valid_until
    left join codes as payments
        on
            dossiers.payment_code = payments.code
            and payments.code_list = 'payment'
            and dossiers.coded_on between payments.valid_from and payments.valid_until
    left join codes as satisfactions
        on
            dossiers.satisfaction_code = satisfactions.code
            and satisfactions.code_list = 'satisfaction'
            and dossiers.coded_on between satisfactions.valid_from and satisfactions.valid_until

)

select * from final
