"""The CSV and the JSON form: the same contract as the workbook, read back to the same answers."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from ingestion.forms.issue import issue_forms
from ingestion.forms.writing.formats import FileFormat
from ingestion.forms.writing.slip import write_slip
from ingestion.forms.writing.text_forms import json_schema
from tests.ingestion.measured import AFTER_THE_COUNT, online, open_measured_office, publish_rates
from tests.ingestion.office import ISSUED_AT, PERIOD, codes, open_office
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingestion.intake import ReceiptResult
    from tests.ingestion.office import Office

ANSWERS: dict[str, dict[str, Any]] = {
    "ct-01": {"numerator": 45, "denominator": 50},
    "ct-02": {"value": 87.5, "note": "theo sổ theo dõi; cột 3"},
    "ct-03": {"value": 2},
    "ct-05": {"nil": "x"},
    "ct-06": {"value": 1250.5},
    "ct-07": {"value": "Có"},
    "nv-01": {"state": "Đang thực hiện", "percent": 40, "note": "Đã có dự thảo"},
}


def issued(office: Office, file_format: FileFormat, unit: str = "vhxh") -> Path:
    (form,) = issue_forms(office.settings, office.engine, office.plan, PERIOD, ISSUED_AT, unit, file_format=file_format)
    return form.path


def filled_json(office: Office, answers: Mapping[str, Mapping[str, Any]]) -> Path:
    """Fill in the JSON form as a program does."""
    form = json.loads(issued(office, FileFormat.JSON).read_text())
    for entry in (*form["indicators"], *form["tasks"]):
        entry |= answers.get(entry["key"], {})
    path = office.settings.root.parent / "bieu.json"
    path.write_text(json.dumps(form, ensure_ascii=False))
    return path


def filled_csv(office: Office, answers: Mapping[str, Mapping[str, Any]]) -> Path:
    """Fill in the CSV form as Vietnamese Excel does: decimal commas."""
    rows = list(csv.reader(io.StringIO(issued(office, FileFormat.CSV).read_text(encoding="utf-8-sig")), delimiter=";"))
    names = {"Tử số": "numerator", "Mẫu số": "denominator", "Kết quả": "value", "Không phát sinh": "nil"}
    names |= {"Trạng thái": "state", "% hoàn thành": "percent", "Ghi chú": "note", "Ghi chú/sản phẩm đạt được": "note"}
    titles: list[str] = []
    for row in rows:
        titles = row if "Mã dòng" in row else titles
        said = answers.get(row[titles.index("Mã dòng")], {}) if titles and row is not titles else {}
        for place, title in enumerate(titles if said else []):
            value = said.get(names.get(title, ""))
            row[place] = row[place] if value is None else str(value).replace(".", ",")
    path = office.settings.root.parent / "bieu.csv"
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def filled_workbook(office: Office, answers: Mapping[str, Mapping[str, Any]]) -> Path:
    tasks = {key: cells for key, cells in answers.items() if key.startswith("nv")}
    return office.fill({key: cells for key, cells in answers.items() if key not in tasks}, tasks)


FILLERS = {"xlsx": filled_workbook, "csv": filled_csv, "json": filled_json}


def submit(office: Office, path: Path) -> ReceiptResult:
    (result,) = office.submit(path)
    return result


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.JSON])
def test_the_same_answers_in_another_format_are_the_same_submission(commune: Office, file_format: FileFormat) -> None:
    first = submit(commune, filled_workbook(commune, ANSWERS))
    again = submit(commune, FILLERS[file_format](commune, ANSWERS))
    assert (first.outcome, again.outcome, again.revision) == ("accepted", "duplicate", 1)


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.JSON])
def test_another_answer_in_another_format_is_a_revision_of_that_cell(commune: Office, file_format: FileFormat) -> None:
    submit(commune, filled_workbook(commune, ANSWERS))
    changed = submit(commune, FILLERS[file_format](commune, ANSWERS | {"ct-03": {"value": 3}}))
    assert [(one.expected, one.found) for one in changed.findings if one.code == "REV-03"] == [("2", "3")]


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.JSON])
def test_bad_cells_of_another_format_are_refused_by_the_same_rules(commune: Office, file_format: FileFormat) -> None:
    bad = {"ct-01": {"numerator": 60, "denominator": 50}, "ct-03": {"value": 2.5}, "nv-01": {"percent": 50}}
    refused = submit(commune, FILLERS[file_format](commune, bad))
    assert (refused.outcome, codes(refused)) == ("rejected", ["RUL-01", "NUM-02", "RUL-07"])


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.JSON])
def test_a_form_handed_in_as_it_was_issued_is_empty(commune: Office, file_format: FileFormat) -> None:
    assert codes(submit(commune, issued(commune, file_format))) == ["NIL-01"]


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_a_form_has_the_same_bytes_in_another_office(commune: Office, tmp_path: Path, file_format: FileFormat) -> None:
    other = open_office(tmp_path / "other")
    assert issued(commune, file_format).read_bytes() == issued(other, file_format).read_bytes()


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_every_format_offers_what_is_known_and_says_from_where(tmp_path: Path, file_format: FileFormat) -> None:
    office = open_measured_office(tmp_path)
    publish_rates(office.settings, [online(90, 120)])
    (form,) = issue_forms(
        office.settings, office.engine, office.plan, PERIOD, AFTER_THE_COUNT, "vhxh", file_format=file_format
    )
    (result,) = office.submit(form.path, now=AFTER_THE_COUNT)
    assert (result.outcome, codes(result)) == ("accepted", ["BLK-01"])
    if file_format != "xlsx":
        assert "Hệ thống điền sẵn: số từ Cổng Dịch vụ công" in form.path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_a_sample_says_in_every_format_that_its_figures_are_not_real(tmp_path: Path, file_format: FileFormat) -> None:
    sample = open_office(tmp_path, is_sample=True)
    if file_format != "xlsx":
        assert "KHÔNG PHẢI SỐ LIỆU THẬT" in issued(sample, file_format).read_text(encoding="utf-8-sig")


def test_a_unit_with_tasks_only_or_indicators_only_gets_such_a_form(commune: Office) -> None:
    form = json.loads(issued(commune, FileFormat.JSON, "tram-y-te").read_text())
    assert ([entry["key"] for entry in form["indicators"]], form["tasks"]) == (["yt-01"], [])
    assert "Nhiệm vụ" not in issued(commune, FileFormat.CSV, "tram-y-te").read_text(encoding="utf-8-sig")


def test_the_csv_form_opens_in_vietnamese_excel(commune: Office) -> None:
    content = issued(commune, FileFormat.CSV).read_bytes()
    assert content.startswith("\ufeffMã biểu: nq57-".encode())
    lines = content.decode("utf-8-sig").split("\r\n")
    assert len({line.count(";") for line in lines if line and '"' not in line}) == 1


def test_the_published_schema_is_that_of_the_form() -> None:
    assert (PROJECT / "docs" / "form.schema.json").read_text(encoding="utf-8") == json_schema()


def test_issued_and_filled_in_forms_obey_the_schema(commune: Office) -> None:
    schema = json.loads(json_schema())
    for path in (issued(commune, FileFormat.JSON), filled_json(commune, ANSWERS)):
        jsonschema.validate(json.loads(path.read_text()), schema)


@pytest.mark.parametrize(
    "answers", [{"nv-01": {"state": "gần xong"}}, {"ct-01": {"nil": "có"}}, {"ct-01": {"numerator": [1]}}]
)
def test_an_answer_that_intake_would_refuse_breaks_the_schema(
    commune: Office, answers: dict[str, dict[str, Any]]
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(filled_json(commune, answers).read_text()), json.loads(json_schema()))


@pytest.mark.parametrize("extension", ["json", "txt"])
def test_a_sender_of_text_gets_the_list_as_text(commune: Office, tmp_path: Path, extension: str) -> None:
    refused = submit(commune, filled_json(commune, {"ct-01": {"numerator": 60, "denominator": 50}}))
    out = write_slip(commune.settings, commune.engine, refused.receipt_id, tmp_path / f"phieu.{extension}")
    told = out.read_text(encoding="utf-8")
    assert "tử số 60 lớn hơn mẫu số 50" in told
    if extension == "json":
        (found,) = json.loads(told)["findings"]
        assert (found["code"], found["part"], found["row"], found["column"]) == (
            "RUL-01", "indicator", "ct-01", "numerator",
        )  # fmt: skip
