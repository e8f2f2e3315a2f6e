with source as (

    select * from {{ source('plan', 'reporting_rules') }}

),

renamed as (

    select
        plan_key,
        rule_code,
        reporter_units,
        reporter,
        recipient,
        frequency,
        deadline_text,
        due_rule,
        source_file,
        source_section,
        source_number,
        notes
    from source

)

select * from renamed
