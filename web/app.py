"""Make the application: `uvicorn --factory web.app:create_default_app`, or `create_app` in a test."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from warehouse.ledger import open_ledger
from warehouse.settings import Settings, settings_from_environment
from web import api, pages
from web.errors import add_handlers
from web.rendering import HERE, Office
from web.security import SecurityHeaders


def create_app(settings: Settings) -> FastAPI:
    """Make the pages and the machine interface of one office.

    The interactive documentation of FastAPI is off: it loads scripts from another site. Its
    machine-readable form is at `/api/openapi.json`.
    """
    app = FastAPI(
        title="Thước Đo",
        version="1",
        description="Where communes stand on their Resolution 57-NQ/TW plans. Read-only.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.office = Office(settings, open_ledger(settings))
    app.add_middleware(SecurityHeaders)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for router in (pages.router, api.router, api.health_router):
        app.include_router(router)
    add_handlers(app)
    return app


def create_default_app() -> FastAPI:
    """Make the application from the environment's settings."""
    return create_app(settings_from_environment())
