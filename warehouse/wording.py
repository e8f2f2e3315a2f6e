"""Say in Vietnamese what pydantic found wrong with a plan file, a portal file or a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SAID = {
    "extra_forbidden": "trường này không có trong lược đồ",
    "missing": "thiếu trường bắt buộc",
    "enum": "phải là một trong: {expected}",
    "string_pattern_mismatch": "không đúng mẫu {pattern}",
    "string_type": "phải là chữ (hãy đặt trong dấu nháy)",
    "string_too_short": "không được để trống",
    "decimal_parsing": "phải là một con số",
    "float_parsing": "phải là một con số",
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "greater_than_equal": "phải từ {ge} trở lên",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "date_from_datetime_parsing": "phải là ngày dạng 2026-06-30",
    "date_parsing": "phải là ngày dạng 2026-06-30",
    "datetime_from_date_parsing": "phải là thời điểm dạng 2026-06-30T17:00:00+07:00",
    "datetime_parsing": "phải là thời điểm dạng 2026-06-30T17:00:00+07:00",
    "tuple_type": "phải là danh sách",
    "model_type": "phải là một bảng các trường",
    "model_attributes_type": "phải là một bảng các trường",
    "value_error": "{error}",
}


def fault_vi(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with one field; our own checks already say it in Vietnamese."""
    text = SAID.get(str(fault["type"]))
    return text.format(**fault.get("ctx", {})) if text else f"giá trị không hợp lệ ({fault['type']})"
