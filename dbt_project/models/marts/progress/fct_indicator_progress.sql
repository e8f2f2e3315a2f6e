with worded as (

    select
        judged.*,
        indicators.sort_no,
        indicators.unit_of_measure,
        indicators.figure_of_record,
        {{ measured_vi('judged.value', 'indicators.unit_of_measure') }} as value_vi,
        {{ measured_vi('judged.baseline_value', 'indicators.unit_of_measure') }} as baseline_vi,
        {{ measured_vi('judged.gap', 'indicators.unit_of_measure') }} as gap_vi,
        coalesce(units.unit_name, judged.unit_code) as unit_name
    from {{ ref('int_progress__judged') }} as judged
    inner join {{ ref('stg_plan__indicators') }} as indicators
        on
            judged.plan_key = indicators.plan_key
            and judged.indicator_code = indicators.indicator_code
    left join {{ ref('stg_plan__units') }} as units
        on
            judged.plan_key = units.plan_key
            and judged.unit_code = units.unit_code

),

explained as (

    select
        *,
        case
            when value_period is null
                then 'Chưa có số liệu được báo cáo đến ' || {{ period_vi('as_of_period') }}
            else
                'Số liệu ' || {{ period_vi('value_period') }} || ': '
                || coalesce(value_vi, value_text, 'không ghi kết quả')
                || case when number_nature = 'estimate' then ' (số ước)' else '' end
                || case
                    when figure_of_record = 'records' then ' – tính từ hồ sơ dịch vụ công'
                    else
                        ' – ' || coalesce(unit_name, 'không rõ đơn vị')
                        || ', phiếu ' || coalesce(receipt_id, 'không rõ')
                end
        end as value_sentence,
        case
            when target_text is null then 'kế hoạch không giao mục tiêu cho chỉ tiêu này'
            else
                'mục tiêu ' || coalesce('đến ngày ' || {{ day_vi('due_on') }}, 'không ghi thời hạn')
                || ': ' || regexp_replace(target_text, '[.;, ]+$', '')
        end as target_sentence,
        case
            when status = 'not_measurable' and lower(value_text) in ('có', 'đạt')
                then 'đơn vị báo là đã đạt; chỉ tiêu định tính nên do người đánh giá'
            when status = 'not_measurable' then 'mục tiêu không có con số nên không đo được nhịp độ'
            when value is null then 'chưa đủ căn cứ để đánh giá'
            when status = 'achieved' then 'đã đạt mục tiêu'
            when elapsed_days <= 0 then 'còn ' || gap_vi || '; mới có một kỳ số liệu nên chưa đo được nhịp độ'
            when due_on is null then 'còn ' || gap_vi || '; không ghi thời hạn nên không đo được nhịp độ'
            when was_achieved_at_baseline
                then
                    'còn ' || gap_vi || '; kỳ gốc ' || {{ period_vi('baseline_period') }}
                    || ' (' || baseline_vi || ') đã đạt, nay thụt lùi'
            when due_on < as_of_ends_on then 'còn ' || gap_vi || ' khi đã quá thời hạn'
            else
                'còn ' || gap_vi || '; từ ' || baseline_vi || ' (' || {{ period_vi('baseline_period') }}
                || ') nhịp độ bằng ' || coalesce({{ figure_vi('round(pace_ratio, 2)') }}, 'không rõ')
                || ' lần nhịp cần thiết'
        end as pace_sentence,
        case
            when status = 'not_measurable' or value is null or due_on is null or due_on <= value_on then ''
            when probability_hit is null then '; xác suất đạt: không đủ dữ liệu (cần ít nhất 4 kỳ)'
            else '; xác suất đạt khoảng ' || {{ figure_vi('round(100 * probability_hit, 0)') }} || ' %'
        end as probability_sentence
    from worded

)

select
    plan_key,
    indicator_code,
    as_of_period,
    sort_no,
    unit_code,
    value,
    value_text,
    value_period,
    numerator,
    denominator,
    number_nature,
    receipt_id,
    previous_value,
    trend,
    baseline_value,
    baseline_period,
    target_no as next_target_no,
    target_year as next_target_year,
    target_value as next_target_value,
    target_value_upper as next_target_value_upper,
    target_text as next_target_text,
    comparator,
    due_on,
    gap,
    pace_ratio,
    status,
    probability_hit,
    needed_per_period,
    value_sentence || '; ' || target_sentence || '; ' || pace_sentence || probability_sentence || '.' as evidence
from explained
order by plan_key, as_of_period, sort_no
