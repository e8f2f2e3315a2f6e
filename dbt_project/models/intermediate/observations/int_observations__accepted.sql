with in_ledger as (

    -- A batch written just before a crash may hold rows that the ledger never committed: they are not facts.
    select observations.*
    from {{ ref('stg_form__observations') }} as observations
    inner join {{ ref('stg_ledger__submissions') }} as submissions
        on observations.submission_id = submissions.submission_id

),

numbered as (

    -- The run after the crash writes the same rows again into another batch: one of them counts.
    select
        *,
        row_number() over (
            partition by submission_id, indicator_code
            order by known_from, sheet, cell
        ) as copy_no
    from in_ledger

),

final as (

    select
        submission_id,
        receipt_id,
        plan_key,
        unit_code,
        form_code,
        period,
        revision,
        indicator_code,
        numerator,
        denominator,
        value,
        value_text,
        value_status,
        number_nature,
        note,
        sheet,
        cell,
        known_from
    from numbered
    where copy_no = 1

)

select * from final
