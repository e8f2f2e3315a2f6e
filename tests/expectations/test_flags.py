"""A flag opens once, closes when its row no longer fails, and a person's word on it holds for one value."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from expectations.flags import keep_flags, waive_flag
from expectations.judge import Failure
from expectations.rules import all_rules
from tests.wording import assert_vietnamese
from warehouse.errors import UsageError
from warehouse.ledger import broken_audit_entries, instant
from warehouse.ledger_copy import copy_flags
from warehouse.ledger_tables import AUDIT_LOG, FLAGS, WAIVERS
from warehouse.raw import batch_path

if TYPE_CHECKING:
    from warehouse.settings import Settings

RANGE_RULE = all_rules()[0]
DAY = dt.timedelta(days=1)
REASON = "đúng, vì sáp nhập thôn"


def failure(observed: str | None = "104", unit_code: str = "tram-y-te") -> Failure:
    return Failure(RANGE_RULE, "p", "i", unit_code, "2026-05", observed, "0 – 100")


def flags(ledger: sa.Engine) -> list[dict[str, Any]]:
    with ledger.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(FLAGS).order_by(FLAGS.c.flag_id)).mappings()]


def only_flag(ledger: sa.Engine) -> dict[str, Any]:
    (flag,) = flags(ledger)
    return flag


def audit_lines(ledger: sa.Engine) -> list[Any]:
    with ledger.connect() as connection:
        return list(connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.entry_no)))


def waivers(ledger: sa.Engine) -> list[Any]:
    with ledger.connect() as connection:
        return list(connection.execute(sa.select(WAIVERS)))


def copied_flag(settings: Settings, ledger: sa.Engine) -> dict[str, Any]:
    copy_flags(settings, ledger)
    (flag,) = pq.read_table(batch_path(settings, "flags", "all")).to_pylist()
    return dict(flag)


def test_a_new_failure_opens_a_flag_that_says_what_was_found(ledger: sa.Engine, now: dt.datetime) -> None:
    assert keep_flags(ledger, [failure()], now) == (1, 0)
    assert only_flag(ledger) == {
        "flag_id": failure().flag_id,
        "plan_key": "p",
        "indicator_code": "i",
        "unit_code": "tram-y-te",
        "period": "2026-05",
        "rule_code": RANGE_RULE.code,
        "severity": "block",
        "observed": "104",
        "expected": "0 – 100",
        "explanation_vi": failure().explanation_vi,
        "opened_at": instant(now),
        "closed_at": None,
    }


def test_a_failure_that_is_still_there_opens_nothing_more(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure()], now)
    assert keep_flags(ledger, [failure()], now + DAY) == (0, 0)
    assert only_flag(ledger)["opened_at"] == instant(now)


def test_one_cell_told_of_twice_in_a_run_is_one_flag(ledger: sa.Engine, now: dt.datetime) -> None:
    assert keep_flags(ledger, [failure(), failure()], now) == (1, 0)
    assert len(flags(ledger)) == 1


def test_an_open_flag_follows_the_observed_value(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure("104")], now)
    keep_flags(ledger, [failure("105")], now + DAY)
    flag = only_flag(ledger)
    assert (flag["observed"], flag["explanation_vi"]) == ("105", failure("105").explanation_vi)


def test_a_flag_whose_row_no_longer_fails_closes(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure()], now)
    assert keep_flags(ledger, [], now + DAY) == (0, 1)
    assert only_flag(ledger)["closed_at"] == instant(now + DAY)


def test_a_closed_flag_stays_closed_since_the_same_instant(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure()], now)
    keep_flags(ledger, [], now + DAY)
    assert keep_flags(ledger, [], now + 2 * DAY) == (0, 0)
    assert only_flag(ledger)["closed_at"] == instant(now + DAY)


def test_one_flag_closes_while_another_stays_open(ledger: sa.Engine, now: dt.datetime) -> None:
    stays, goes = failure(unit_code="vhxh"), failure(unit_code="tram-y-te")
    keep_flags(ledger, [stays, goes], now)
    assert keep_flags(ledger, [stays], now + DAY) == (0, 1)
    closed = {flag["unit_code"]: flag["closed_at"] for flag in flags(ledger)}
    assert closed == {"vhxh": None, "tram-y-te": instant(now + DAY)}


def test_a_flag_reopens_under_the_same_id_since_a_new_instant(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure()], now)
    keep_flags(ledger, [], now + DAY)
    assert keep_flags(ledger, [failure()], now + 2 * DAY) == (1, 0)
    flag = only_flag(ledger)
    assert (flag["flag_id"], flag["opened_at"], flag["closed_at"]) == (
        failure().flag_id,
        instant(now + 2 * DAY),
        None,
    )


def test_flags_are_kept_alike_in_both_ledgers(any_ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(any_ledger, [failure()], now)
    keep_flags(any_ledger, [], now + DAY)
    keep_flags(any_ledger, [failure()], now + 2 * DAY)
    waive_flag(any_ledger, failure().flag_id, REASON, "Hạnh", now + 3 * DAY)
    assert only_flag(any_ledger)["closed_at"] is None
    assert broken_audit_entries(any_ledger) == []


def test_opening_and_closing_leave_audit_lines_with_the_ids(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure()], now)
    keep_flags(ledger, [], now + DAY)
    lines = [(line.actor, line.action, line.happened_at, json.loads(line.details)) for line in audit_lines(ledger)]
    assert lines == [
        ("thuocdo", "judge", instant(now), {"opened": [failure().flag_id], "closed": []}),
        ("thuocdo", "judge", instant(now + DAY), {"opened": [], "closed": [failure().flag_id]}),
    ]


def test_a_run_that_changes_no_flag_leaves_no_audit_line(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [], now)
    assert audit_lines(ledger) == []


def test_a_waiver_keeps_the_value_the_reason_and_the_name(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure("104")], now)
    waive_flag(ledger, failure().flag_id, REASON, "Hạnh", now + DAY)
    (waiver,) = waivers(ledger)
    assert (waiver.flag_id, waiver.observed, waiver.reason, waiver.waived_by, waiver.waived_at) == (
        failure().flag_id,
        "104",
        REASON,
        "Hạnh",
        instant(now + DAY),
    )


def test_waiving_leaves_an_audit_line_of_the_person(ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure()], now)
    waive_flag(ledger, failure().flag_id, REASON, "Hạnh", now + DAY)
    line = audit_lines(ledger)[-1]
    assert (line.actor, line.action, line.subject) == ("Hạnh", "waive_flag", failure().flag_id)
    assert json.loads(line.details) == {"reason": REASON}


@pytest.mark.parametrize("observed", ["104", None], ids=["a value", "no value"])
def test_a_waiver_holds_while_the_same_value_is_observed(
    settings: Settings, ledger: sa.Engine, now: dt.datetime, observed: str | None
) -> None:
    keep_flags(ledger, [failure(observed)], now)
    waive_flag(ledger, failure().flag_id, REASON, "Hạnh", now + DAY)
    keep_flags(ledger, [failure(observed)], now + 2 * DAY)
    flag = copied_flag(settings, ledger)
    assert (flag["waived_at"], flag["waived_by"], flag["waiver_reason"]) == (now + DAY, "Hạnh", REASON)


def test_a_waiver_does_not_hold_for_another_value(settings: Settings, ledger: sa.Engine, now: dt.datetime) -> None:
    keep_flags(ledger, [failure("104")], now)
    waive_flag(ledger, failure().flag_id, REASON, "Hạnh", now + DAY)
    keep_flags(ledger, [failure("140")], now + 2 * DAY)
    flag = copied_flag(settings, ledger)
    assert (flag["waived_at"], flag["waived_by"], flag["waiver_reason"]) == (None, None, None)


def test_a_waiver_holds_again_when_its_value_comes_back(
    settings: Settings, ledger: sa.Engine, now: dt.datetime
) -> None:
    keep_flags(ledger, [failure("104")], now)
    waive_flag(ledger, failure().flag_id, REASON, "Hạnh", now + DAY)
    keep_flags(ledger, [], now + 2 * DAY)
    keep_flags(ledger, [failure("104")], now + 3 * DAY)
    flag = copied_flag(settings, ledger)
    assert (flag["closed_at"], flag["waived_at"]) == (None, now + DAY)


@pytest.mark.parametrize(("reason", "by"), [("", "Hạnh"), (" \n", "Hạnh"), (REASON, ""), (REASON, " ")])
def test_waiving_without_a_reason_or_a_name_is_refused_and_changes_nothing(
    ledger: sa.Engine, now: dt.datetime, reason: str, by: str
) -> None:
    keep_flags(ledger, [failure()], now)
    with pytest.raises(UsageError) as refused:
        waive_flag(ledger, failure().flag_id, reason, by, now)
    assert_vietnamese(str(refused.value).replace("(--reason)", "").replace("(--by)", ""))
    assert waivers(ledger) == []
    assert len(audit_lines(ledger)) == 1


def test_waiving_an_unknown_flag_is_refused_and_says_where_to_look(ledger: sa.Engine, now: dt.datetime) -> None:
    with pytest.raises(UsageError, match="thuocdo flags"):
        waive_flag(ledger, "F0", REASON, "Hạnh", now)
    assert waivers(ledger) == audit_lines(ledger) == []
