"""Read XML parts by events, refusing declarations and counting text, inside the cage."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from ingestion.caged.request import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class PartReader:
    """Base of the part readers: subclasses override `start` and `end`; `text` gathers character data.

    Names arrive without the prefix of the root element (few writers use one) where `bare_names` is
    set, else as written, like attributes. `text` grows until the subclass clears it.
    """

    bare_names = True

    def __init__(self) -> None:
        """Start with no text."""
        self.text: list[str] = []
        self._cut = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def read_whole(self, markup: bytes) -> None:
        """Read a part that is held whole; raises as `read`."""
        self.read((markup,))

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read the pieces of a part to its end; raises Refusal FMT-02 (no XML) or SEC-13 (declarations)."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._root_of(parser)
        parser.CharacterDataHandler = self.text.append
        parser.StartDoctypeDeclHandler = _refuse_declaration
        try:
            for piece in pieces:
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise no_xml(error) from error

    def _root_of(self, parser: expat.XMLParserType) -> Callable[[str, dict[str, str]], None]:
        """Return the handler of the first element: it learns the prefix, then hands over to the real ones."""

        def take(name: str, attributes: dict[str, str]) -> None:
            self._cut = len(name.rpartition(":")[0]) + 1 if self.bare_names and ":" in name else 0
            parser.StartElementHandler = self._start_bare if self._cut else self.start
            parser.EndElementHandler = self._end_bare if self._cut else self.end
            parser.StartElementHandler(name, attributes)

        return take

    def _start_bare(self, name: str, attributes: dict[str, str]) -> None:
        self.start(name[self._cut :], attributes)

    def _end_bare(self, name: str) -> None:
        self.end(name[self._cut :])


def check_markup(markup: bytes) -> None:
    """Check that a part is well-formed XML without declarations; raises Refusal as `PartReader.read`."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_declaration
    try:
        parser.Parse(markup, True)
    except expat.ExpatError as error:
        raise no_xml(error) from error


def no_xml(error: expat.ExpatError) -> Refusal:
    """Return what refuses a part that is no XML."""
    return Refusal("FMT-02", found=f"XML sai: {expat.ErrorString(error.code)}")


def _refuse_declaration(*_: object) -> None:
    raise Refusal("SEC-13", found="<!DOCTYPE")
