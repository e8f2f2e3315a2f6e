"""The values of plain rows, without the general reader: only what can mean one thing.

A whole family of page faults is saved in a fresh child when the general reader need not run at all
(performance 3). So that both give the same, anything that is not certain makes the whole workbook
go to the general reader: a number spelled in any other way, a format that may or may not show a
date, a fraction of a day, blanks at the edge of a text, an escaped control character.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from ingestion.caged.plain_texts import has_one_reading, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from ingestion.caged.facts import Cell

EXACT_FLOAT = 2**53
_NUMBER_LETTERS = b"0123456789.eE+- "  # of these all readers make the same number, or none
_BOOLEANS = {b"0": False, b"1": True}
# Serial days from 1 March 1900, before which programs disagree, to the end of year 9999 (ECMA-376 part 1, 18.17.4.1).
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
_DAY_ZERO = dt.date(1899, 12, 30).toordinal()


class BookFacts(NamedTuple):
    """What the sheets of one workbook share.

    `formats` has the number formats other than General by the index of the cell style, `styles` how many cell
    styles there are (0 where the workbook has no table of them). For values: the shared strings (None where they
    are not plain), the styles that show a number as a date, and those of which only the general reader can tell.
    """

    formats: Mapping[str, str]
    styles: int
    texts: Sequence[str] | None
    dates: Set[str]
    doubtful: Set[str]


@dataclass(frozen=True)
class PlainCells:
    """The cells of one sheet that have a value, one list for each part of their spelling; rows and columns from zero.

    None stands for what a cell does not have. `strings` marks an index into the shared strings, `others` a text of the
    cell's own (`inlineStr`), the text that a formula gave (`str`), or a boolean (`b`); the rest are numbers.
    """

    at_rows: list[int]
    at_columns: list[int]
    styles: list[bytes | None]
    strings: list[bytes | None]
    others: list[bytes | None]
    values: list[bytes]
    are_numbers: list[bool] = field(init=False)
    number_styles: list[bytes | None] = field(init=False)

    def __post_init__(self) -> None:
        """Find the numbers."""
        numbers = [string is other for string, other in zip(self.strings, self.others, strict=True)]  # both are None
        object.__setattr__(self, "are_numbers", numbers)
        object.__setattr__(self, "number_styles", list(compress(self.styles, numbers)))

    def formats(self, book: BookFacts) -> dict[str, list[int]]:
        """Return, for each number format, the rows and columns of its numbers in turn."""
        found: dict[str, list[int]] = {}
        coded = {style: book.formats.get(style.decode()) for style in set(self.number_styles) if style}
        for style, code in coded.items():
            if code:
                shown = [other == style for other in self.number_styles]
                places = found.setdefault(code, [])
                start = len(places)
                places += [0] * (2 * sum(shown))
                places[start::2] = compress(compress(self.at_rows, self.are_numbers), shown)
                places[start + 1 :: 2] = compress(compress(self.at_columns, self.are_numbers), shown)
        return found

    def own_texts(self) -> list[str] | None:
        """Return the texts that are no shared strings, in order, or None where a reader of XML may refuse one."""
        if not any(self.others):
            return []
        return resolved([text for text, kind in zip(self.values, self.others, strict=True) if kind and kind != b"b"])

    def rows(
        self, places: Sequence[int], height: int, width: int, texts: list[str], book: BookFacts
    ) -> list[list[Cell]] | None:
        """Return the rows of the sheet, or None where a value may mean something else; places count row by row.

        Whole numbers are integers, dates ISO text, empty texts None, as from the general reader.
        """
        if book.texts is None or not all(map(has_one_reading, texts)):
            return None
        sheet: list[Cell] = [None] * (height * width)
        try:
            numbers = self._numbers(book)
            for place, text in zip(compress(places, self.strings), compress(self.values, self.strings), strict=True):
                sheet[place] = book.texts[int(text)] or None
            for place, number in zip(compress(places, self.are_numbers), numbers, strict=True):
                sheet[place] = number
            if any(self.others):
                for place, value in zip(compress(places, self.others), self._others(texts), strict=True):
                    sheet[place] = value
        except (LookupError, ValueError):  # no such string, no number, or left alone by the methods below
            return None
        return [sheet[start : start + width] for start in range(0, len(sheet), width or 1)]

    def _numbers(self, book: BookFacts) -> list[Cell]:
        """Return the numbers; raises LookupError or ValueError where one may be none, or may be a time."""
        spelled = b" ".join(compress(self.values, self.are_numbers))
        if spelled.translate(None, _NUMBER_LETTERS):
            raise LookupError
        floats = list(map(float, spelled.decode().split(" "))) if spelled else []
        numbers: list[Cell] = [
            int(number) if number.is_integer() and -EXACT_FLOAT < number < EXACT_FLOAT else number for number in floats
        ]
        used = {style.decode() for style in set(self.number_styles) if style}
        if used & book.doubtful:
            raise LookupError
        for dated in used & book.dates:
            shown = dated.encode()
            for place in [place for place, style in enumerate(self.number_styles) if style == shown]:
                numbers[place] = _day(numbers[place])
        return numbers

    def _others(self, texts: list[str]) -> Iterator[Cell]:
        """Give texts of the cells' own and booleans; raises LookupError where a boolean is none."""
        coming = iter(texts)
        for value, kind in zip(self.values, self.others, strict=True):
            if kind:
                yield _BOOLEANS[value] if kind == b"b" else next(coming) or None


def _day(serial: Cell) -> str:
    """Return the day of a whole serial number; raises LookupError for times, and for days of which programs differ."""
    if type(serial) is not int or not _FIRST_DAY <= serial <= _LAST_DAY:
        raise LookupError
    return dt.date.fromordinal(_DAY_ZERO + serial).isoformat()
