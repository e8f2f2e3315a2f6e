"""Why uploads are opened in a cage: the fast reader still dies where no `except` can catch it (reliability M1, M3)."""

from __future__ import annotations

import signal
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import defusedxml
import pytest
from openpyxl.xml import DEFUSEDXML

from tests.fixtures.make_hostile import MAKERS
from tests.fixtures.make_hostile.counts import strings_counted
from tests.ingestion.uploads import xlsx_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEMORY = 512 << 20
READ = (
    "import resource, sys; from python_calamine import CalamineWorkbook\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))\n"
    "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    "try:\n"
    "    book = CalamineWorkbook.from_path(sys.argv[1])\n"
    "    [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]\n"
    "except BaseException:\n"
    "    sys.exit(7)\n"
)
DEADLY: dict[str, Callable[[], bytes]] = {
    "4,294,967,295 shared strings.xlsx": lambda: strings_counted(4_294_967_295),
    "a far cell.xlsx": lambda: xlsx_of(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "two billion spaces.ods": MAKERS["counts/text-of-spaces.ods"],
}


@pytest.mark.parametrize("name", DEADLY)
def test_the_fast_reader_still_dies_where_no_exception_can_be_caught(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(DEADLY[name]())
    ended = subprocess.run([sys.executable, "-c", READ, tmp_path / name], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGABRT
    assert b"memory allocation" in ended.stderr


def test_what_hardens_the_other_readers_is_installed() -> None:
    assert version("defusedxml") == defusedxml.__version__
    assert DEFUSEDXML
