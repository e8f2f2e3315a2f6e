"""Tampering is found: with the files, with the manifest, with one format against the others."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.extracts.office import Office
from warehouse.extracts.archive import pack
from warehouse.extracts.manifest import digest
from warehouse.extracts.verify import verify_extract


def forge(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file and make the manifest agree, as a careful forger would."""
    content = change((folder / name).read_bytes())
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (entry,) = (entry for entry in manifest["files"] if entry["name"] == name)
    entry |= {"sha256": digest(content), "size_bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def other_figure(content: bytes) -> bytes:
    assert b"85.5" in content
    return content.replace(b"85.5", b"95.5")


def in_the_sheet(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        return pack(entries | {sheet: change(entries[sheet])})

    return changed


def test_a_fresh_package_has_no_problem(office: Office) -> None:
    assert verify_extract(office.extract().folder) == []


@pytest.mark.parametrize("name", ["data.csv", "data.json", "data.xlsx", "data.sdmx.csv", "structure.xml", "flags.csv"])
def test_one_flipped_byte_is_found(office: Office, name: str) -> None:
    path = office.extract().folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert any(problem.startswith(f"{name}: nội dung đã bị đổi") for problem in verify_extract(path.parent))


def test_a_missing_file_is_found(office: Office) -> None:
    folder = office.extract().folder
    (folder / "flags.csv").unlink()
    assert "flags.csv: thiếu tệp." in verify_extract(folder)


def test_a_file_too_many_is_found(office: Office) -> None:
    folder = office.extract().folder
    (folder / "extra.csv").write_bytes(b"")
    assert "extra.csv: không có trong manifest.json." in verify_extract(folder)


def test_a_folder_without_manifest_is_no_package(office: Office) -> None:
    folder = office.extract().folder
    (folder / "manifest.json").unlink()
    (problem,) = verify_extract(folder)
    assert "chưa phải một gói trích xuất" in problem


def test_an_unreadable_manifest_is_found(office: Office) -> None:
    folder = office.extract().folder
    (folder / "manifest.json").write_bytes(b'{"files": [')
    (problem,) = verify_extract(folder)
    assert "không đọc được" in problem


def test_a_renamed_folder_is_found(office: Office) -> None:
    folder = office.extract().folder
    renamed = folder.rename(folder.with_name("extract-other"))
    assert any("khác tên thư mục" in problem for problem in verify_extract(renamed))


@pytest.mark.parametrize("name", ["data.csv", "data.sdmx.csv"])
def test_a_figure_that_differs_in_one_text_format_is_found(office: Office, name: str) -> None:
    folder = office.extract().folder
    forge(folder, name, other_figure)
    assert any(f"{name}: dòng 1, value: '95.5' khác '85.5'" in problem for problem in verify_extract(folder))


def test_a_figure_that_differs_in_the_workbook_is_found(office: Office) -> None:
    folder = office.extract().folder
    forge(folder, "data.xlsx", in_the_sheet(other_figure))
    assert any("cột Kết quả: '95.5' khác '85.5'" in problem for problem in verify_extract(folder))


def test_a_zero_in_place_of_nothing_is_found(office: Office) -> None:
    folder = office.extract().folder
    forge(folder, "data.sdmx.csv", lambda content: content.replace(b",ct-04,2026-06,,L", b",ct-04,2026-06,0,L"))
    assert any("data.sdmx.csv: dòng 4, value: '0' khác ''" in problem for problem in verify_extract(folder))


def test_a_row_dropped_from_the_csv_is_found(office: Office) -> None:
    folder = office.extract().folder
    forge(folder, "data.csv", lambda content: b"".join(content.splitlines(keepends=True)[:-1]))
    assert any("data.csv: số dòng khác" in problem for problem in verify_extract(folder))


def test_a_figure_changed_in_the_json_breaks_the_control_total(office: Office) -> None:
    folder = office.extract().folder
    forge(folder, "data.json", other_figure)
    assert any("Tổng kiểm tra" in problem for problem in verify_extract(folder))


def test_a_wrong_row_count_is_found(office: Office) -> None:
    folder = office.extract().folder
    forge(folder, "flags.csv", lambda content: b"".join(content.splitlines(keepends=True)[:-1]))
    assert any("flags.csv: bản kê ghi 2 dòng, đếm được 1" in problem for problem in verify_extract(folder))


def test_a_zip_that_is_not_the_folder_is_found(office: Office) -> None:
    extract = office.extract()
    extract.zip_path.write_bytes(pack({"x": b""}))
    assert any("nội dung khác thư mục" in problem for problem in verify_extract(extract.folder))


def test_a_missing_zip_is_found(office: Office) -> None:
    extract = office.extract()
    extract.zip_path.unlink()
    assert any("thiếu tệp nén" in problem for problem in verify_extract(extract.folder))
