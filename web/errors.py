"""Answer what went wrong: a page for people, JSON for machines, a traceback for neither."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from warehouse.errors import NotPublished, ThuocDoError, UsageError
from web.rendering import page
from web.security import SECURITY_HEADERS
from web.wording import Wording, language_of

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

API = "/api/"
RETRY_AFTER_SECONDS = "60"
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """One way of not answering: HTTP status, code for machines, texts `<name>_title` and `<name>_text`."""

    status_code: int
    code: str
    name: str


NOT_FOUND = Trouble(404, UsageError.code, "not_found")
NOT_ALLOWED = Trouble(405, "WEB-01", "not_allowed")
NOT_PUBLISHED = Trouble(503, NotPublished.code, "not_published")
UNAVAILABLE = Trouble(503, "WEB-02", "unavailable")
FAILED = Trouble(500, "WEB-03", "failed")


def add_handlers(app: FastAPI) -> None:
    """Have every error of an application answered."""
    app.add_exception_handler(NotPublished, _not_published)
    app.add_exception_handler(UsageError, _not_found)
    app.add_exception_handler(RequestValidationError, _not_found)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _unavailable)
    app.add_exception_handler(ThuocDoError, _unavailable)
    app.add_exception_handler(Exception, _failed)


def _not_published(request: Request, _error: Exception) -> Response:
    return _answer(request, NOT_PUBLISHED)


def _not_found(request: Request, error: Exception) -> Response:
    return _answer(request, NOT_FOUND, error.message if isinstance(error, ThuocDoError) else None)


def _http(request: Request, error: Exception) -> Response:
    is_method = isinstance(error, HTTPException) and error.status_code == NOT_ALLOWED.status_code
    return _answer(request, NOT_ALLOWED if is_method else NOT_FOUND)


def _unavailable(request: Request, error: Exception) -> Response:
    LOG.error("%s: %s", request.url.path, error)
    return _answer(request, UNAVAILABLE)


def _failed(request: Request, _error: Exception) -> Response:
    # The server logs the traceback itself, after this answer; it answers outside the middleware.
    return _answer(request, FAILED, headers=SECURITY_HEADERS)


def _answer(
    request: Request, trouble: Trouble, message: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    headers = dict(headers or {})
    if trouble.status_code == UNAVAILABLE.status_code:
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    if request.url.path.startswith(API):
        words = Wording(language_of(request.query_params.get("lang")))
        told = {"code": trouble.code, "message": message or words.say(f"{trouble.name}_text")}
        return JSONResponse({"error": told}, trouble.status_code, headers)
    return page(
        request, "trouble.html", status_code=trouble.status_code, headers=headers, trouble=trouble, message=message
    )
