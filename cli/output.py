"""How commands speak: a table or a sentence for people, JSON for programs."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import sys
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Json = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho máy đọc.")]
OUT = Console(highlight=False, emoji=False)
ERR = Console(stderr=True, highlight=False, emoji=False)


def as_plain(value: Any) -> Any:
    """Turn a value into what JSON holds: decimals and instants as exact text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, BaseModel):
        return as_plain(value.model_dump())
    if isinstance(value, dict):
        return {str(key): as_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set):
        return [as_plain(entry) for entry in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    sys.stdout.write(json.dumps(as_plain(value), ensure_ascii=False, indent=2) + "\n")


def print_rows(title: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a table; `columns` maps keys to Vietnamese headings."""
    table = Table(title=title, title_justify="left")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(as_cell(row.get(key))) for key in columns))
    OUT.print(table)


def as_cell(value: Any) -> str:
    """Write a value for people: nothing for none, decimal comma, no trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(as_plain(value))


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV on standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else as_plain(cell) for cell in row] for row in rows])


def people_on_stderr() -> None:
    """Send what is for people to standard error, so that standard output holds JSON alone."""
    OUT.stderr = True


def say(sentence: str) -> None:
    """Print one sentence for people."""
    OUT.print(sentence, markup=False, soft_wrap=True)


def complain(sentence: str) -> None:
    """Print one sentence on standard error, never broken into lines."""
    ERR.print(sentence, markup=False, soft_wrap=True)
