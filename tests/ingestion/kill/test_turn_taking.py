"""Two intakes at once, a stopped one, one whose lock was taken away: never two decisions about one receipt."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingestion import intake
from ingestion.intake import finish_open_receipts
from plans.reading import read_plans
from tests.ingestion.kill.deaths import copy, forked, started
from tests.ingestion.kill.history import problems, state_of
from tests.ingestion.kill.steps import BEFORE
from tests.ingestion.office import IN_TIME
from warehouse.errors import WriterBusy
from warehouse.ledger import open_ledger

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from ingestion.arrivals import Decision
    from tests.ingestion.kill.deaths import Day
    from tests.ingestion.office import Office
    from warehouse.settings import Settings


def patient(settings: Settings, seconds: float) -> Settings:
    return settings.model_copy(update={"writer_wait_seconds": seconds})


def is_stopped(process: ForkServerProcess) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_intakes_that_run_at_the_same_time_take_turns(day: Day, tmp_path: Path) -> None:
    settings = patient(copy(day.morning, tmp_path / "state"), 60)
    at_once = [started(settings, None, day.readings) for _ in range(4)]
    for process in at_once:
        process.join(120)
    assert [process.exitcode for process in at_once] == [0] * 4
    assert problems(settings, day.evening) == []


def test_a_stopped_intake_keeps_its_turn_and_its_successor_finishes_once_it_is_dead(day: Day, tmp_path: Path) -> None:
    settings = patient(copy(day.morning, tmp_path / "state"), 0.5)
    half_way = len(day.steps) // 2
    stopped = started(settings, (half_way, BEFORE), day.readings, signal.SIGSTOP)
    until = time.monotonic() + 60
    while not is_stopped(stopped) and time.monotonic() < until:
        time.sleep(0.01)
    try:
        ledger = open_ledger(settings)
        with pytest.raises(WriterBusy):
            finish_open_receipts(settings, ledger, read_plans(settings.plans_folder), IN_TIME)
        ledger.dispose()
    finally:
        stopped.kill()
        stopped.join(60)
    assert forked(settings, None, day.readings, None) == 0
    assert problems(settings, day.evening) == []


def test_an_intake_that_was_overtaken_writes_neither_raw_nor_ledger(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody removed the lock file while the first was deciding: the zombie wakes up after its successor is done."""
    path = commune.fill({"ct-03": {"value": 2}})
    decide = intake.decide

    def overtaken(*given: object) -> Decision:
        decision = decide(*given)  # type: ignore[arg-type]
        with monkeypatch.context() as successor:
            successor.setattr(intake, "decide", decide)
            commune.settings.path("intake.lock").unlink()
            later = IN_TIME.replace(hour=9)
            (finished,) = finish_open_receipts(commune.settings, commune.engine, commune.plans, later)
        assert finished.outcome == "accepted"
        return decision

    with monkeypatch.context() as zombie:
        zombie.setattr(intake, "decide", overtaken)
        with pytest.raises(WriterBusy, match="vừa được một lượt tiếp nhận khác xử lý"):
            commune.submit(path)
    assert problems(commune.settings, state_of(commune.settings)) == []
    (accepted,) = state_of(commune.settings).tables["submissions"]
    assert "T09:" in accepted["accepted_at"]


def test_a_batch_whose_forms_are_decided_otherwise_after_a_death_leaves_no_rows(
    commune: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The period was locked between the death and the next run."""

    class Crash(BaseException):
        pass

    def die(*_: object) -> None:
        raise Crash

    def locked(_view: object, _plan_key: str, _period: str) -> str:
        return "extract-1"

    with monkeypatch.context() as patched:
        patched.setattr(intake, "record_erasures", die)
        with pytest.raises(Crash):
            commune.submit(commune.fill({"ct-03": {"value": 2}}))
    assert state_of(commune.settings).raw["observations"]
    monkeypatch.setattr("ingestion.ledger_view.LedgerView.lock_of", locked)
    (decided,) = finish_open_receipts(commune.settings, commune.engine, commune.plans, IN_TIME)
    assert decided.outcome == "rejected"
    assert problems(commune.settings, state_of(commune.settings)) == []
    assert state_of(commune.settings).raw["observations"] == []
