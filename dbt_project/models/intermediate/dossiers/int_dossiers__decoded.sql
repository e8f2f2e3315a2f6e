with codes as (

    select
        code_list,
        code,
        counts_as
    from {{ ref('dossier_codes') }}

),

final as (

    -- What a code counts as is data of the seed; a code that the seed does not know decodes to nothing.
    select
        dossiers.*,
        statuses.counts_as as status_kind,
        channels.counts_as as channel_kind,
        payments.counts_as as payment_kind,
        satisfactions.counts_as as satisfaction_kind
    from {{ ref('int_dossiers__versioned') }} as dossiers
    left join codes as statuses
        on
            dossiers.status_code = statuses.code
            and statuses.code_list = 'status'
    left join codes as channels
        on
            dossiers.channel_code = channels.code
            and channels.code_list = 'channel'
    left join codes as payments
        on
            dossiers.payment_code = payments.code
            and payments.code_list = 'payment'
    left join codes as satisfactions
        on
            dossiers.satisfaction_code = satisfactions.code
            and satisfactions.code_list = 'satisfaction'

)

select * from final
