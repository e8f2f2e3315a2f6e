"""A broken plan file is refused with one sentence that names the file and the field."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from plans.reading import find_plan, plan_files, read_catalogue, read_plan, read_plans
from warehouse.errors import PlanRefused, UsageError

KEY = "xa-thu-2026"


def good() -> dict[str, Any]:
    where = {"file": "xa-thu.txt", "section": "Phụ lục", "number": "1"}
    target = {"text": "100%", "year": 2026, "is_quantitative": True, "comparator": "=", "value": "100", "unit": "%"}
    return {
        "plan_key": KEY,
        "commune_code": "00001",
        "province_code": "01",
        "commune_name": "Xã Thử",
        "title": "KẾ HOẠCH năm 2026",
        "document_number": "01/KH-UBND",
        "issued_text": "Thử, ngày 05 tháng 01 năm 2026",
        "valid_from": "2026-01-01",
        "validity_note": "Kế hoạch năm 2026.",
        "issuing_agency": "UBND xã Thử",
        "focal_unit": "vhxh",
        "source_file": "xa-thu.txt",
        "legal_bases": [],
        "units": [{"code": "vhxh", "name": "Phòng Văn hóa - Xã hội", "kind": "department", "provenance": where}],
        "indicators": [
            {
                "code": "ct-01",
                "section": "Chuyển đổi số",
                "name": "Tỷ lệ số hóa đạt 100%",
                "unit_of_measure": "%",
                "value_kind": "ratio",
                "direction": "up",
                "lead_units": ["vhxh"],
                "lead_text": "Phòng Văn hóa - Xã hội",
                "targets": [target],
                "provenance": where,
            }
        ],
        "tasks": [],
        "reporting_rules": [],
    }


def save(folder: Path, content: object, name: str = KEY) -> Path:
    path = folder / f"{name}.yml"
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(PlanRefused) as caught:
        read_plan(path)
    message = caught.value.message
    assert path.name in message
    assert "\n" not in message
    return message


def test_a_plan_file_of_a_new_commune_is_read(tmp_path: Path) -> None:
    plan = read_plan(save(tmp_path, good()))
    assert plan.plan_key == KEY
    assert plan.indicators[0].targets[0].value == 100


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    assert "Không tìm thấy" in refusal(tmp_path / f"{KEY}.yml")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "1 lỗi" in refusal(save(tmp_path, ""))


def test_a_file_that_is_no_yaml_is_refused_with_the_line(tmp_path: Path) -> None:
    message = refusal(save(tmp_path, "plan_key: xa-thu-2026\ntitle: [chưa đóng\n"))
    assert "không phải YAML" in message
    assert "line 3" in message


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{KEY}.yml"
    path.write_bytes("title: Kế hoạch".encode("utf-16"))
    assert "không phải YAML" in refusal(path)


def test_a_key_written_twice_is_refused_with_the_key_and_its_line(tmp_path: Path) -> None:
    text = yaml.safe_dump(good(), allow_unicode=True, sort_keys=False) + "commune_name: Xã Khác\n"
    message = refusal(save(tmp_path, text))
    assert "'commune_name' xuất hiện hai lần" in message
    assert f"line {len(text.splitlines())}" in message


def test_a_key_written_twice_deep_inside_is_refused(tmp_path: Path) -> None:
    text = yaml.safe_dump(good(), allow_unicode=True, sort_keys=False)
    text = text.replace("  value_kind: ratio\n", "  value_kind: ratio\n  value_kind: count\n", 1)
    assert "'value_kind' xuất hiện hai lần" in refusal(save(tmp_path, text))


def test_an_unknown_field_is_refused_by_name(tmp_path: Path) -> None:
    assert "bonus" in refusal(save(tmp_path, good() | {"bonus": 1}))


def test_a_missing_field_is_refused_by_name(tmp_path: Path) -> None:
    content = good()
    del content["focal_unit"]
    assert "focal_unit" in refusal(save(tmp_path, content))


def test_a_commune_code_that_lost_its_zeros_is_refused(tmp_path: Path) -> None:
    assert "commune_code" in refusal(save(tmp_path, good() | {"commune_code": 1}))


def test_an_unknown_unit_code_is_refused_with_its_place(tmp_path: Path) -> None:
    content = good()
    content["indicators"][0]["lead_units"] = ["kinh-te"]
    assert "indicators[ct-01]: đơn vị 'kinh-te'" in refusal(save(tmp_path, content))


def test_a_focal_unit_that_is_no_unit_of_the_plan_is_refused(tmp_path: Path) -> None:
    assert "focal_unit: đơn vị 'kinh-te'" in refusal(save(tmp_path, good() | {"focal_unit": "kinh-te"}))


def test_an_indicator_code_that_stands_twice_is_refused(tmp_path: Path) -> None:
    content = good()
    content["indicators"].append(copy.deepcopy(content["indicators"][0]))
    assert "indicators: mã 'ct-01' xuất hiện 2 lần" in refusal(save(tmp_path, content))


@pytest.mark.parametrize("missing", ["comparator", "value"])
def test_a_quantitative_target_without_comparator_or_value_is_refused_with_its_place(
    tmp_path: Path, missing: str
) -> None:
    content = good()
    del content["indicators"][0]["targets"][0][missing]
    assert "indicators.0.targets.0" in refusal(save(tmp_path, content))


def test_a_qualitative_target_with_a_figure_is_refused(tmp_path: Path) -> None:
    content = good()
    content["indicators"][0]["targets"][0]["is_quantitative"] = False
    assert "indicators.0.targets.0" in refusal(save(tmp_path, content))


def test_a_target_due_outside_its_year_is_refused(tmp_path: Path) -> None:
    content = good()
    content["indicators"][0]["targets"][0]["due_on"] = "2027-01-01"
    assert "không thuộc năm 2026" in refusal(save(tmp_path, content))


def test_a_dated_deadline_without_its_day_is_refused(tmp_path: Path) -> None:
    content = good()
    task = {
        "code": "nv-01",
        "origin": "listed",
        "group": "I",
        "name": "Việc",
        "provenance": {"file": "f", "section": "I"},
    }
    content["tasks"] = [task | {"deadline": {"text": "Tháng 12/2026", "kind": "month"}}]
    assert "tasks.0.deadline" in refusal(save(tmp_path, content))


def test_every_wrong_field_is_named_at_once(tmp_path: Path) -> None:
    message = refusal(save(tmp_path, good() | {"commune_code": "x", "province_code": "y"}))
    assert "2 lỗi" in message
    assert "commune_code" in message
    assert "province_code" in message


def test_a_plan_key_that_is_not_the_file_name_is_refused_with_both(tmp_path: Path) -> None:
    message = refusal(save(tmp_path, good(), name="xa-khac-2026"))
    assert "'xa-thu-2026'" in message
    assert "'xa-khac-2026'" in message


def test_a_refused_plan_ends_a_command_with_exit_code_3(tmp_path: Path) -> None:
    with pytest.raises(PlanRefused) as caught:
        read_plan(save(tmp_path, ""))
    assert caught.value.exit_code == 3


def test_the_catalogue_is_no_plan_file(tmp_path: Path) -> None:
    save(tmp_path, {"indicators": []}, name="catalogue")
    path = save(tmp_path, good())
    assert plan_files(tmp_path) == [path]
    assert list(read_plans(tmp_path)) == [KEY]
    assert read_catalogue(tmp_path).indicators == ()


def test_an_unknown_plan_key_is_a_usage_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    save(tmp_path, good())
    with pytest.raises(UsageError, match=KEY):
        find_plan(read_plans(tmp_path), "xa-la-2026")
