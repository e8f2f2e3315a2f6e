"""The JSON Schema that editors use is the one of the code, and says the same of the real plans as the reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from plans.reading import PLANS_FOLDER, plan_files
from plans.schema import json_schema, write_json_schema

if TYPE_CHECKING:
    from pathlib import Path

COMMITTED = PLANS_FOLDER / "plan.schema.json"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(COMMITTED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def as_json(path: Path) -> Any:
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


def test_the_committed_schema_is_the_generated_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == json_schema(), "run `make schema`"


def test_the_schema_is_written_as_it_is_generated(tmp_path: Path) -> None:
    write_json_schema(tmp_path / "plan.schema.json")
    assert (tmp_path / "plan.schema.json").read_text(encoding="utf-8") == json_schema()


@pytest.mark.parametrize("path", plan_files(), ids=lambda path: path.stem)
def test_an_editor_finds_nothing_wrong_with_a_real_plan(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    assert [fault.json_path for fault in validator.iter_errors(as_json(path))] == []


@pytest.mark.parametrize(
    ("field", "value"), [("plan_key", "Thiện Tân"), ("commune_code", 6436), ("units", "vhxh"), ("tên_lạ", "x")]
)
def test_an_editor_marks_a_wrong_field(field: str, value: object, validator: jsonschema.Draft202012Validator) -> None:
    content = as_json(plan_files()[0]) | {field: value}
    assert list(validator.iter_errors(content))
