"""Turn what was read into a page: templates, links that keep the language, the frame around every page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.wording import LANGUAGES, TREND_SIGNS, Language, Wording, language_of

if TYPE_CHECKING:
    import sqlalchemy as sa

    from warehouse.settings import Settings
    from web.snapshot import Reader, Row

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Office:
    """What the pages serve: one office's settings and ledger."""

    settings: Settings
    ledger: sa.Engine


def office_of(request: Request) -> Office:
    """Return the office that this application serves."""
    office: Office = request.app.state.office
    return office


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; every value is escaped, an unknown name is an error and never an empty cell."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["groupby_in_order"] = _groups
    return environment


@dataclass(frozen=True)
class Group:
    """Neighbouring rows that share a heading."""

    name: str | None
    rows: list[Row]


def _groups(rows: list[Row], column: str) -> list[Group]:
    """Group neighbours and keep the plan's order; Jinja's own `groupby` would sort by the heading."""
    return [Group(name, list(found)) for name, found in groupby(rows, key=lambda row: row[column])]


def _worded(words: Wording, prefix: str, code: str) -> str:
    return words.say(f"{prefix}_{code}")


class Links:
    """Addresses within the site, in the language of the page."""

    def __init__(self, request: Request, language: Language) -> None:
        """Take the language and what is before our paths from a request."""
        self._request = request
        self._language = language

    def to(self, name: str, **path: str) -> str:
        """Return the address of a named page."""
        address = self._root + str(self._request.app.url_path_for(name, **path))
        return address if self._language == "vi" else f"{address}?{urlencode({'lang': self._language})}"

    def static(self, file: str) -> str:
        """Return the address of a file of ours."""
        return self._root + str(self._request.app.url_path_for("static", path=file))

    def this_page_in(self, language: Language) -> str:
        """Return the address of this page in another language."""
        asked = [(name, value) for name, value in self._request.query_params.multi_items() if name != "lang"]
        return f"{self._request.url.path}?{urlencode([*asked, ('lang', language)])}"

    @property
    def _root(self) -> str:
        return str(self._request.scope.get("root_path", ""))


def page(
    request: Request,
    template: str,
    *,
    reader: Reader | None = None,
    status_code: int = 200,
    headers: dict[str, str] | None = None,
    **content: object,
) -> HTMLResponse:
    """Render a page; `reader` tells which snapshot its figures are from, None when it shows none."""
    language = language_of(request.query_params.get("lang"))
    words = Wording(language)
    is_synthetic = reader.is_synthetic if reader else office_of(request).settings.is_sample
    html = templates().get_template(template).render(
        content,
        w=words,
        t=words.say,
        links=Links(request, language),
        languages=LANGUAGES,
        trend_signs=TREND_SIGNS,
        status_words=partial(_worded, words, "status"),
        task_words=partial(_worded, words, "task"),
        severity_words=partial(_worded, words, "severity"),
        snapshot=reader.snapshot if reader else None,
        is_synthetic=is_synthetic,
    )  # fmt: skip
    return HTMLResponse(html, status_code=status_code, headers={"Cache-Control": "no-cache"} | (headers or {}))
