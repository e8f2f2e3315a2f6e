"""Synthetic dossiers as histories: what happened to each, and when.

A history does not depend on the day it is looked at, so a look at an earlier instant shows what
was known then, and a later look only adds to it. Moments are Vietnam's wall clock (naive).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.portal.simulator import papers
from ingestion.portal.simulator.draws import Draws
from ingestion.portal.simulator.profiles import FIRST_MONTH, PROCEDURES, Procedure, Profile, profile_of
from ingestion.portal.simulator.working_time import next_office_moment, office_moment, working_day_after
from plans.periods import months_between

DIRECT, ONLINE, POSTAL = "1", "2", "3"
TET_MONTH = 2
FEWEST, MOST = 120, 300
MOST_VOLUME = 30
"""Keeps a dossier's number in its month at four digits: the fifth marks the same dossier told twice."""
END_OF_OFFICE = dt.time(17, 0)
WEIGHTED_PROCEDURES = tuple((procedure, procedure.weight) for procedure in PROCEDURES)
ONLINE_HOURS = ((0, 1.0), (6, 3.0), (8, 12.0), (10, 10.0), (13, 9.0), (15, 9.0), (18, 5.0), (20, 7.0), (22, 3.0))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and the fields that it set."""

    at: dt.datetime
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """A dossier: what never changes, and its events in order of time."""

    code: str
    fixed: dict[str, Any]
    events: tuple[Event, ...]

    def updated_at(self, as_of: dt.datetime) -> dt.datetime | None:
        """Return the last update at or before `as_of`; None if nothing had happened yet."""
        return next((event.at for event in reversed(self.events) if event.at <= as_of), None)

    def seen(self, as_of: dt.datetime) -> dict[str, Any]:
        """Return the dossier as the portal showed it at `as_of`."""
        record = dict(self.fixed)
        updated_at = None
        for event in self.events:
            if event.at <= as_of:
                record.update(event.changes)
                updated_at = event.at
        if updated_at is not None:
            record["NgayCapNhat"] = stamp(updated_at)
        return record


@lru_cache(maxsize=128)
def histories(seed: str, commune_code: str, month: str, volume: float = 1) -> tuple[History, ...]:
    """Return the dossiers handed in to a commune in a month (`2026-06`); `volume` multiplies their number."""
    (period,) = months_between(month, month)
    profile = profile_of(commune_code)
    count = profile.dossiers_a_month * (0.9 + 0.2 * Draws(seed, commune_code, month).share("volume"))
    if period.first_month == TET_MONTH:
        count *= 0.85
    numbers = range(1, round(min(max(count, FEWEST), MOST) * volume) + 1)
    months_on = len(months_between(FIRST_MONTH, month)) - 1
    online = min(profile.online + profile.online_growth * months_on, 0.99)
    office = _Office(commune_code, profile, period.starts_on, period.ends_on, online)
    told = (_Story(Draws(seed, commune_code, month, number), office, number).tell() for number in numbers)
    return tuple(history for histories in told for history in histories)


def stamp(moment: dt.datetime) -> str:
    """Write a moment as the portal does, `yyyyMMddHHmmss`; `strftime` takes three times as long."""
    return moment.isoformat(timespec="seconds").replace("-", "").replace("T", "").replace(":", "")


def months_until(as_of: dt.datetime) -> list[str]:
    """List the months that have begun by `as_of`, from the first one of the demo."""
    return [period.code for period in months_between(FIRST_MONTH, f"{as_of:%Y-%m}")]


@dataclass(frozen=True, slots=True)
class _Office:
    """What the dossiers of one commune and month share; `online` is the month's share of that channel."""

    commune_code: str
    profile: Profile
    starts_on: dt.date
    ends_on: dt.date
    online: float


class _Story:
    """Tells one dossier's history from its draws."""

    def __init__(self, draws: Draws, office: _Office, number: int) -> None:
        self._draws = draws
        self._office = office
        self._profile = office.profile
        self._number = number
        self._procedure: Procedure = draws.pick("procedure", WEIGHTED_PROCEDURES)
        self._channel = self._drawn_channel()
        self._submitted = self._drawn_submission()
        self._due = self._submitted  # set at reception, moved by supplements
        self._code = f"DEMO.{office.commune_code}-{stamp(self._submitted)[2:8]}-{number:05d}"
        self._papers = papers.submitted(draws, office.profile, self._code)
        self._supplements: list[dict[str, Any]] = []
        self._events: list[Event] = []

    def tell(self) -> tuple[History, ...]:
        """Return the history, and rarely the same once more under another code (a trap, domain 3.3)."""
        received = self._reception()
        if received is not None:
            self._processing(received)
        history = History(self._code, self._fixed(), tuple(self._events))
        if not self._draws.hits("doubled", 0.003):
            return (history,)
        code = f"{self._code[:-5]}9{self._number:04d}"
        return (history, History(code, history.fixed | {"MaHoSo": code}, history.events))

    def _drawn_channel(self) -> str:
        if self._procedure.is_online and self._draws.hits("online", self._office.online):
            return ONLINE
        return POSTAL if self._draws.hits("postal", self._profile.postal) else DIRECT

    def _drawn_submission(self) -> dt.datetime:
        day = self._office.starts_on + dt.timedelta(days=self._draws.whole("day", 0, self._office.ends_on.day - 1))
        if self._channel == ONLINE:
            hour = self._draws.pick("hour", ONLINE_HOURS)
            return dt.datetime.combine(day, dt.time(hour)) + dt.timedelta(seconds=int(self._draws.share("s") * 7200))
        worked = working_day_after(day, 0)
        # A month's last days off would push the dossier into the next month, and out of its volume.
        worked = worked if worked <= self._office.ends_on else working_day_after(self._office.starts_on, 0)
        return office_moment(worked, self._draws.share("moment"))

    def _at(self, moment: dt.datetime, **changes: Any) -> dt.datetime:
        """Add an event, never before the one that it follows."""
        if self._events:
            moment = max(moment, self._events[-1].at + dt.timedelta(minutes=2))
        self._events.append(Event(moment, changes))
        return moment

    def _reception(self) -> dt.datetime | None:
        """Hand in and receive; None where the dossier is refused."""
        submitted = self._submitted
        if self._channel != ONLINE:
            return self._received(submitted)
        self._at(submitted, TrangThaiHoSo="1")
        taken_up = next_office_moment(submitted, self._draws.share("taken_up"))
        if self._draws.hits("refused", 0.02):
            self._at(taken_up, TrangThaiHoSo="3", NgayTuChoi=stamp(taken_up))
            return None
        return self._received(taken_up)

    def _received(self, moment: dt.datetime) -> dt.datetime:
        self._due = dt.datetime.combine(working_day_after(moment.date(), self._procedure.limit_days), END_OF_OFFICE)
        due = "9" if self._draws.hits("no_due_date", 0.005) else stamp(self._due)
        return self._at(moment, TrangThaiHoSo="2", NgayTiepNhan=stamp(moment), NgayHenTra=due)

    def _processing(self, received: dt.datetime) -> None:
        moment = self._at(received + dt.timedelta(minutes=self._draws.whole("begun", 10, 90)), TrangThaiHoSo="4")
        if self._draws.hits("withdrawn", 0.006):
            self._at(self._later(moment, 1, "withdrawn_at"), TrangThaiHoSo="7")
            return
        if self._draws.hits("stopped", 0.006):
            self._at(self._later(moment, 1, "stopped_at"), TrangThaiHoSo="8")
            return
        if self._procedure.fee_vnd and self._draws.hits("fee_asked", 0.1):
            self._at(moment + dt.timedelta(minutes=20), TrangThaiHoSo="6")
            moment = self._at(moment + dt.timedelta(minutes=80), TrangThaiHoSo="4")
        rounds = 0
        if self._draws.hits("supplement", self._profile.supplement):
            rounds = 2 if self._draws.hits("second_supplement", 0.1) else 1
        for number in range(1, rounds + 1):
            moment = self._supplemented(moment, number)
        if not rounds and self._draws.hits("left_open", self._profile.closed_with_open_supplement):
            moment = self._asked_for_supplement(self._later(moment, 0, "asked_open"), 1)
        self._resolved(moment)

    def _supplemented(self, moment: dt.datetime, number: int) -> dt.datetime:
        asked = self._asked_for_supplement(
            self._later(moment, self._draws.whole(f"asks{number}", 0, 1), "asked"), number
        )
        pause = self._draws.whole(f"pause{number}", 1, 5)
        came = office_moment(working_day_after(asked.date(), pause), self._draws.share(f"came{number}"))
        before = self._due
        self._due = dt.datetime.combine(working_day_after(before.date(), pause), END_OF_OFFICE)
        answered = papers.supplement_answer(stamp(came), stamp(before), stamp(self._due))
        self._supplements[-1] = self._supplements[-1] | answered
        return self._at(came, TrangThaiHoSo="4", DanhSachHoSoBoSung=list(self._supplements))

    def _asked_for_supplement(self, moment: dt.datetime, number: int) -> dt.datetime:
        self._supplements.append(papers.supplement_request(f"{self._code}-BS{number}", stamp(moment)))
        return self._at(moment, TrangThaiHoSo="5", DanhSachHoSoBoSung=list(self._supplements))

    def _resolved(self, moment: dt.datetime) -> None:
        draws, profile = self._draws, self._profile
        if draws.hits("on_time", profile.on_time):
            day = working_day_after(moment.date(), draws.whole("taken", 0, self._procedure.limit_days))
            day = min(day, max(self._due.date(), moment.date()))
        else:
            day = working_day_after(self._due.date(), draws.whole("late", 1, 6))
        ended = max(office_moment(day, draws.share("ended")), moment + dt.timedelta(minutes=15))
        shown = ended
        if draws.hits("ends_before_it_began", 0.003):
            shown = self._events[0].at - dt.timedelta(hours=1)
        results = papers.results(draws, profile, self._code, self._papers)
        ended = self._at(ended, TrangThaiHoSo="9", NgayKetThucXuLy=stamp(shown), DanhSachGiayToKetQua=results)
        if not draws.hits("returned", 0.94):
            return
        returned = self._later(ended, draws.whole("fetched", 0, 2), "returned_at")
        told = "" if draws.hits("return_not_told", 0.005) else stamp(returned)
        returned = self._at(returned, TrangThaiHoSo="10", NgayTra=told)
        if draws.hits("rated", profile.rated):
            verdict = "1" if draws.hits("satisfied", profile.satisfied) else "0"
            self._at(returned + dt.timedelta(hours=draws.whole("rated_after", 1, 60)), DanhGia=verdict)

    def _later(self, moment: dt.datetime, days: int, name: str) -> dt.datetime:
        """Return a later moment in office hours, `days` working days on."""
        if days == 0:
            return moment + dt.timedelta(minutes=self._draws.whole(name, 10, 60))
        return office_moment(working_day_after(moment.date(), days), self._draws.share(name))

    def _fixed(self) -> dict[str, Any]:
        """Return what is known from the start; every later field is there and empty."""
        draws, procedure = self._draws, self._procedure
        fee = procedure.fee_vnd
        own = f"UBND xã (mẫu) {self._office.commune_code}"
        elsewhere = draws.hits("boundary_free", self._profile.boundary_free)
        paid = fee and draws.hits("paid_online", self._profile.paid_online)
        return {
            "MaHoSo": self._code,
            "MaTTHC": procedure.code,
            "TenTTHC": procedure.name,
            "MaLinhVuc": procedure.field_code,
            "TenLinhVuc": procedure.field_name,
            "MucDo": procedure.level,
            "LoaiDoiTuong": draws.pick("applicant", (("1", 90.0), ("2", 7.0), ("3", 1.0), ("4", 2.0))),
            "NgayNopHoSo": stamp(self._submitted),
            "NgayTiepNhan": "",
            "NgayHenTra": "",
            "NgayKetThucXuLy": "",
            "NgayTra": "",
            "NgayTuChoi": "",
            "HinhThuc": "1" if self._channel == ONLINE else "0",
            "KenhThucHien": self._channel,
            "DonViXuLy": own,
            "NoiNopHoSo": "Điểm tiếp nhận khác (mẫu)" if elsewhere else own,
            "ThongTinTra": "",
            "TaiKhoanDuocXacThucVoiVNeID": "1" if self._channel == ONLINE else "0",
            "DuocThanhToanTrucTuyen": draws.pick("gateway", (("1", 3.0), ("2", 1.0))) if paid else "3",
            "DSKetNoiCSDL": [],
            "DanhSachLePhi": papers.fees(fee),
            "DanhSachHoSoBoSung": [],
            "DanhSachGiayToKetQua": [],
            "DanhSachTepDinhKemKhac": [],
            "DanhGia": "",
            **self._papers,
            **papers.person(self._number),
        }
