"""Many uploads read at once: order is kept, harm stays where it is, shared children are believed only when sound."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingestion.cage import Cage, CagedFile, CageRefused, again
from ingestion.cage.outcomes import Outcome, content_of, judge
from ingestion.caged.request import FILE_HEAD, FRAME_LENGTH
from ingestion.caged.zygote import AHEAD
from ingestion.limits import limits
from ingestion.reading import TOGETHER, read_accepted, read_batch, read_upload
from tests.ingestion import uploads
from tests.ingestion.uploads import xlsx, xlsx_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
CRASHING: dict[str, str | bytes] = {
    "xl/sharedStrings.xml": uploads.spreadsheet_ml_strings(["xã"], 4_294_967_295),
    "xl/worksheets/sheet1.xml": uploads.sheet_xml("<!-- for the general reader -->"),
}


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    with Cage(lanes=2) as cage:
        yield cage


def numbered(folder: Path, count: int) -> list[Path]:
    """Write workbooks that each say their own number."""
    paths = [folder / f"{number}.xlsx" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(xlsx_of(f'<row r="1"><c r="A1"><v>{number}</v></c></row>'))
    return paths


def said(content: CagedFile | None) -> object:
    assert content is not None
    return content.sheets[0].rows[0][0]


def test_a_batch_comes_back_in_its_order(cage: Cage, tmp_path: Path) -> None:
    uploads_in_order = [(path, path.name) for path in numbered(tmp_path, 40)]
    assert [said(reading.content) for reading in read_batch(cage, uploads_in_order)] == list(range(40))


def test_a_slow_upload_is_not_overtaken(cage: Cage, tmp_path: Path) -> None:
    paths = numbered(tmp_path, 6)
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="str"><v>xã</v></c></row>' for row in range(1, 20_000))
    paths[0].write_bytes(xlsx_of(f"{cells}"))
    first, *others = read_batch(cage, [(path, path.name) for path in paths])
    assert said(first.content) == "xã"
    assert [said(reading.content) for reading in others] == [1, 2, 3, 4, 5]


def test_one_hostile_upload_among_fifty_harms_only_itself(cage: Cage, tmp_path: Path) -> None:
    paths = numbered(tmp_path, 50)
    paths[17].write_bytes(uploads.bomb())
    paths[23].write_bytes(xlsx({"xl/worksheets/sheet1.xml": "<worksheet>"}))
    readings = list(read_batch(cage, [(path, path.name) for path in paths]))
    refused = {number: reading.findings[0].code for number, reading in enumerate(readings) if not reading.content}
    assert refused == {17: "SEC-10", 23: "FMT-02"}
    assert all(said(reading.content) == number for number, reading in enumerate(readings) if reading.content)


def test_an_upload_that_is_gone_is_told_at_its_turn(cage: Cage, tmp_path: Path) -> None:
    paths = numbered(tmp_path, 3)
    paths[1].unlink()
    readings = read_batch(cage, [(path, path.name) for path in paths])
    assert said(next(readings).content) == 0
    with pytest.raises(FileNotFoundError):
        next(readings)


def test_a_warning_of_the_gate_comes_with_the_content(cage: Cage, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("Xa\u0303;Đông\n".encode("cp1258"))
    reading = read_upload(cage, tmp_path / "a.csv", "a.csv")
    assert said(reading.content) == "Xã"
    assert [found.code for found in reading.findings] == ["ENC-01"]


def test_accepted_files_are_read_again_to_the_same_values_in_their_order(cage: Cage, tmp_path: Path) -> None:
    paths = numbered(tmp_path, 2 * TOGETHER + 7)
    again = list(read_accepted(cage, [(path, "xlsx") for path in paths]))
    assert again == [cage.read(path, "xlsx") for path in paths]


def test_a_large_file_after_a_small_one_is_read_in_the_same_child(tmp_path: Path) -> None:
    (small,) = numbered(tmp_path, 1)
    large = tmp_path / "large.csv"
    large.write_bytes(b"1;2\n" * 90_000)  # more than the kernel holds of a stream, and so is its answer
    files = [(small, "xlsx"), (large, "csv"), (large, "csv"), (small, "xlsx")]
    with Cage() as cage:
        assert cage.isolation is not None  # starts the zygote
        started = cage.zygotes
        read = cage.read_together(files)
        assert [len(file.sheets[0].rows) for file in read] == [1, 90_000, 90_000, 1]
        assert cage.zygotes == started  # it was not given up


def test_kinds_may_be_mixed_in_one_child(cage: Cage, tmp_path: Path) -> None:
    (path,) = numbered(tmp_path, 1)
    (tmp_path / "a.csv").write_bytes(b"a;b\n")
    (tmp_path / "a.json").write_bytes(b"[[1]]")
    files = [(path, "xlsx"), (tmp_path / "a.csv", "csv"), (tmp_path / "a.json", "json"), (path, "xlsx")]
    assert list(map(said, cage.read_together(files))) == [0, "a", 1, 0]


def test_a_shared_child_that_dies_costs_only_itself(cage: Cage, tmp_path: Path) -> None:
    paths = numbered(tmp_path, 6)
    paths[2].write_bytes(xlsx(CRASHING))
    with pytest.raises(CageRefused) as refused:
        cage.read_together([(path, "xlsx") for path in paths])
    assert refused.value.finding.code == "SEC-19"
    assert said(cage.read(paths[5], "xlsx")) == 5


def test_a_shared_child_killed_midway_is_replaced_and_no_file_is_lost(tmp_path: Path) -> None:
    paths = numbered(tmp_path, 600)
    with Cage() as cage:
        cage.read(paths[0], "xlsx")
        (zygote,) = cage.zygotes
        killed = threading.Event()

        def kill() -> None:
            for child in Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)  # the reader, and whoever waits
            killed.set()

        killer = threading.Thread(target=kill)
        killer.start()
        again = cage.read_together([(path, "xlsx") for path in paths])
        killer.join()
    assert killed.is_set()
    assert list(map(said, again)) == list(range(600))


def test_a_shared_child_that_takes_too_long_is_ended_and_its_file_gets_a_child_of_its_own(tmp_path: Path) -> None:
    paths = numbered(tmp_path, 3)
    with Cage(limits_in_force=dataclasses.replace(limits(), waiting_seconds=0)) as impatient:
        assert impatient.isolation is not None
        (zygote,) = impatient.zygotes
        with pytest.raises(CageRefused) as refused:
            impatient.read_together([(path, "xlsx") for path in paths])
        assert refused.value.finding.code == "SEC-20"
        assert impatient.zygotes != (zygote,)


def test_a_shared_child_is_locked_in_like_any_other(tmp_path: Path) -> None:
    code = (
        "import os, socket, sys\nfrom ingestion.caged import child\n"
        "from ingestion.cage.lane import reading_limits\nfrom ingestion.limits import limits\n"
        "ours, theirs = socket.socketpair()\n"
        "ours.sendall(child.FILE_HEAD.pack(b'csv ', 2) + b'a\\n')\n"
        "def escape(*_):\n"
        "    try:\n        open('/etc/hostname')\n"
        "    except OSError:\n        yield {'name': 'locked in', 'rows': []}\n"
        "child.read_csv = escape\n"
        "reading = reading_limits(limits())\n"
        "if os.fork() == 0:\n    ours.close()\n    child.answer_many(theirs.fileno(), reading, 1)\n    os._exit(0)\n"
        "theirs.close()\nprint(ours.recv(1000))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "locked in" in told.stdout


def test_nothing_that_a_file_says_stays_in_a_shared_child(cage: Cage, tmp_path: Path) -> None:
    """Two files that differ in a format, a hidden row and a failed formula leave no trace on the third."""
    plain = numbered(tmp_path, 1)[0]
    marked = tmp_path / "marked.xlsx"
    rows = '<row r="1" hidden="1"><c r="A1" s="1"><v>0.5</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'
    marked.write_bytes(xlsx_of(rows, '<cols><col min="3" max="3" hidden="1"/></cols>'))
    alone = cage.read(plain, "xlsx")
    assert cage.read_together([(plain, "xlsx"), (marked, "xlsx"), (plain, "xlsx")])[::2] == [alone, alone]


@pytest.mark.parametrize(
    "answer", [b"", FRAME_LENGTH.pack(1 << 30), FRAME_LENGTH.pack(3) + b"\xff\xff\xff", FRAME_LENGTH.pack(0)]
)
def test_a_shared_child_that_answers_nonsense_is_not_believed(answer: bytes, tmp_path: Path) -> None:
    ours, theirs = again.socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(again.socket.SHUT_WR)
        (tmp_path / "empty").write_bytes(b"")
        answers = again._answers(ours, [(tmp_path / "empty", "csv")], limits())
        with pytest.raises((again._Lost, CageRefused)):
            judge(Outcome(content_of(next(answers)), 0))
        assert theirs.recv(FILE_HEAD.size) == FILE_HEAD.pack(b"csv ", 0)


def test_no_child_and_no_descriptor_is_left_after_many_shared_readings(tmp_path: Path) -> None:
    paths = numbered(tmp_path, 3)
    with Cage() as cage:
        cage.read_together([(path, "xlsx") for path in paths])
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            cage.read_together([(path, "xlsx") for path in paths])
        (zygote,) = cage.zygotes
        assert len(Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()) <= AHEAD
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_nothing_in_the_zygote_runs_after_a_fork() -> None:
    code = "import sys, ingestion.caged.zygote; print(*{'threading', 'zipfile', 'random', 'logging'} & {*sys.modules})"
    packages = os.pathsep.join(path for path in sys.path if "site-packages" in path)
    told = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True,
        env={"PYTHONPATH": packages},
    )  # fmt: skip
    assert told.stdout.split() == []
