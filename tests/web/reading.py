"""Read a page as its readers do: as words, or as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The words within, white space evened out."""
        return " ".join(" ".join(child if isinstance(child, str) else child.words for child in self.children).split())

    def all(self, *tags: str) -> list[Element]:
        """List the elements within, of the given tags or of any."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                found += [child] if not tags or child.tag in tags else []
                found += child.all(*tags)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def page_of(html: str) -> Element:
    """Parse a page; an element that is closed in the wrong place fails the test."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"not closed: {[element.tag for element in reader.open[1:]]}"
    return reader.root


def words_of(html: str) -> str:
    """Return what a reader reads on a page, without its frame."""
    return page_of(html).all("main")[0].words


def row_of(html: str, identity: str) -> Element:
    """Return the table row (or article) of an id."""
    return next(element for element in page_of(html).all("tr", "article") if element.attributes.get("id") == identity)
