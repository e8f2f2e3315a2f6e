"""A pull in a process of its own, to be killed: forked from a server that has everything imported already."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingestion.portal.pull import pull_dossiers
from warehouse.ledger import open_ledger

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

    from ingestion.portal.records import Portal
    from plans.records import Plan
    from warehouse.settings import Settings

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
PATIENCE_SECONDS = 60


def start_pull(
    settings: Settings, portal: Portal, plans: Iterable[Plan], now: dt.datetime, last_step: int | None = None
) -> tuple[ForkServerProcess, Connection]:
    """Start a pull; the connection tells of each saved page.

    `last_step`: the process kills itself after so many steps (fsync, rename, removal, before and after a commit,
    after a look into the ledger).
    """
    here, there = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_pull, args=(settings, portal, list(plans), now, last_step, there))
    process.start()
    there.close()
    return process, here


def _pull(
    settings: Settings,
    portal: Portal,
    plans: list[Plan],
    now: dt.datetime,
    last_step: int | None,
    told: Connection,
) -> None:
    engine = open_ledger(settings)
    if last_step is not None:
        _die_after(last_step, engine)
    pull_dossiers(settings, engine, portal, plans, now, after_page=told.send)


def _die_after(last_step: int, engine: sa.Engine) -> None:
    done = 0

    def step(*_: object) -> None:
        nonlocal done
        done += 1
        if done == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            step()
            return result

        return call

    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    sa.event.listen(engine, "commit", step)  # just before the commit: undone
    sa.event.listen(engine, "checkin", step)  # just after it: done
