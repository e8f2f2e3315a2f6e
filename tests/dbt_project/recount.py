"""The rates once more, in plain pandas, from the portal's raw answers.

Written from the formulas (QĐ 766/QĐ-TTg, secondary copy; NĐ 09/2019/NĐ-CP), not from the SQL. Moments are Vietnam's
wall clock, as the portal writes them; a frame holds one row per dossier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_RECEIVED, DONE, CLOSED, WAITING = {"1", "3"}, {"9", "10"}, {"7", "8", "9", "10"}, {"5", "6"}
CUT_OFF_DAY = 14
Share = tuple[int, int | None]


def frame_of(records: Iterable[dict[str, Any]], as_of: str) -> pd.DataFrame:
    """Return the received dossiers of the records with everything that the rates ask of them."""
    raw = pd.DataFrame(list(records))
    frame = raw[["MaHoSo", "MaTTHC", "NgayCapNhat", "TrangThaiHoSo", "KenhThucHien", "DanhGia"]].copy()
    for column in ("NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra", "NgayCapNhat"):
        frame[column] = moments(raw[column])
    frame = frame[frame.NgayTiepNhan.notna() & ~frame.TrangThaiHoSo.isin(NOT_RECEIVED)]
    raw = raw.loc[frame.index]
    frame["period"] = reporting_month(frame.NgayTiepNhan)
    frame["calendar_month"] = frame.NgayTiepNhan.dt.strftime("%Y-%m")
    frame["is_done"] = frame.TrangThaiHoSo.isin(DONE)
    frame["ended"] = frame.NgayKetThucXuLy.fillna(frame.NgayTra).fillna(frame.NgayCapNhat).where(
        frame.TrangThaiHoSo.isin(CLOSED)
    )  # fmt: skip
    frame["is_on_time"] = on_time(frame, raw, pd.Timestamp(as_of))
    files = raw.TaiLieuNop.map(lambda files: [file for file in files if file["IsDeleted"] != "1"])
    frame["has_component"] = files.map(lambda files: any(is_real_scan(file) for file in files))
    frame["has_result"] = [
        has_own_result(results, own) for results, own in zip(raw.DanhSachGiayToKetQua, files, strict=True)
    ]
    frame["is_reused"] = files.map(lambda files: any(file["DuocTaiSuDung"] in {"1", "2"} for file in files))
    frame["has_fee"] = raw.DanhSachLePhi.map(lambda fees: any(int(fee["Gia"]) > 0 for fee in fees))
    frame["is_paid"] = raw.DuocThanhToanTrucTuyen.isin({"1", "2"}) & frame.has_fee
    frame["is_online"] = frame.KenhThucHien == "2"
    frame["is_full_service"] = raw.MucDo.str.casefold().isin({"4", "toàn trình"})
    frame["is_elsewhere"] = raw.NoiNopHoSo != raw.DonViXuLy
    frame["is_flagged"] = raw.HoSoCoThanhPhanSoHoa == "1"
    return frame


def moments(texts: pd.Series) -> pd.Series:
    """Read 14-digit moments; anything else ('9' was seen) is none."""
    return pd.to_datetime(texts.where(texts.str.fullmatch(r"\d{14}")), format="%Y%m%d%H%M%S")


def reporting_month(received: pd.Series) -> pd.Series:
    """Return the month m whose count runs from day 15 of m-1 to day 14 of m (NĐ 09/2019)."""
    month = received.dt.to_period("M")
    return (month + (received.dt.day > CUT_OFF_DAY).astype(int)).astype(str)


def on_time(frame: pd.DataFrame, raw: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Tell by days whether a dossier is in time; none where no due day is known (formula 2.1)."""
    verdicts = []
    for index, row in frame.iterrows():
        supplements = sorted(raw.DanhSachHoSoBoSung[index], key=lambda item: item["NgayBoSung"])
        due, renewed = row.NgayHenTra, [item["NgayHenTraMoi"] for item in supplements if item["NgayHenTraMoi"]]
        waited = sum((stamp_day(item["NgayTiepNhanBoSung"]) - stamp_day(item["NgayBoSung"])).days
                     for item in supplements if item["NgayTiepNhanBoSung"])  # fmt: skip
        if renewed:
            moved = pd.to_datetime(renewed[-1], format="%Y%m%d%H%M%S")
            due, waited = moved, (waited if moved == row.NgayHenTra else 0)
        if pd.isna(due):
            verdicts.append(None)
            continue
        last_day = due.normalize() + pd.Timedelta(days=waited)
        period_end = pd.Timestamp(f"{row.period}-{CUT_OFF_DAY}")
        looked_at = row.ended.normalize() if pd.notna(row.ended) else min(period_end, as_of)
        is_waiting = pd.isna(row.ended) and row.TrangThaiHoSo in WAITING
        verdicts.append(len(supplements) <= 1 and bool(is_waiting or looked_at <= last_day))
    return pd.Series(verdicts, index=frame.index, dtype=object)


def stamp_day(stamp: str) -> pd.Timestamp:
    return pd.to_datetime(stamp, format="%Y%m%d%H%M%S").normalize()


def is_real_scan(file: dict[str, str]) -> bool:
    """A digitised component whose file carries more than the system's default name."""
    return bool(file["DuocSoHoa"] == "1" and file["TepDinhKemId"] and file["TenTepDinhKem"] not in {"", "Dinhkem.pdf"})


def has_own_result(results: list[dict[str, str]], files: list[dict[str, str]]) -> bool:
    """A result that can be fetched and is not a submitted file handed back."""
    submitted = {file["TepDinhKemId"] for file in files}
    return any(result["DuongDanTepTinKetQua"] and result["GiayToId"] not in submitted for result in results)


def shares(frame: pd.DataFrame) -> dict[str, Share]:
    """Return numerator and denominator of every rate of these dossiers."""
    everything = len(frame)
    dated = frame[frame.is_on_time.notna()]
    rated = frame[frame.DanhGia != ""]
    late = int((dated.is_on_time == False).sum())  # noqa: E712 - None is neither
    disliked = frame.DanhGia == "0"
    return {
        "received": (everything, None),
        "received_online": (int(frame.is_online.sum()), everything),
        "full_online": (int((frame.is_online & frame.is_full_service).sum()), everything),
        "on_time": (len(dated) - late, len(dated)),
        "overdue": (late, len(dated)),
        "dossiers_digitised": (int((frame.has_component & frame.has_result).sum()), everything),
        "components_digitised": (int(frame.has_component.sum()), everything),
        "results_digitised": (int((frame.has_result & frame.is_done).sum()), int(frame.is_done.sum())),
        "data_reused": (int(frame.is_reused.sum()), everything),
        "online_payment": (int(frame.is_paid.sum()), int(frame.has_fee.sum())),
        "satisfaction": (int((rated.DanhGia == "1").sum()), len(rated)),
        "satisfaction_766": (everything - int((disliked | (frame.is_on_time == False)).sum()), everything),  # noqa: E712
        "without_boundary": (int(frame.is_elsewhere.sum()), everything),
    }


def balance(frame: pd.DataFrame, period: str) -> dict[str, int]:
    """Return what a reporting month took over, took in, closed and left pending."""
    last = pd.Timestamp(f"{period}-{CUT_OFF_DAY}")
    first = last - pd.DateOffset(months=1) + pd.Timedelta(days=1)
    received = frame.NgayTiepNhan.dt.normalize()
    closed = frame.ended.dt.normalize().where(frame.ended.isna() | (frame.ended.dt.normalize() >= received), received)
    is_within = (closed >= first) & (closed <= last)
    is_late = frame.is_on_time == False  # noqa: E712 - None is neither
    return {
        "carried_over_count": int(((received < first) & ~(closed < first)).sum()),
        "received_count": int(((received >= first) & (received <= last)).sum()),
        "resolved_count": int((is_within & frame.is_done).sum()),
        "resolved_late_count": int((is_within & frame.is_done & is_late).sum()),
        "withdrawn_count": int((is_within & (frame.TrangThaiHoSo == "7")).sum()),
        "stopped_count": int((is_within & (frame.TrangThaiHoSo == "8")).sum()),
        "pending_count": int(((received <= last) & ~(closed <= last)).sum()),
    }


def percent(share: Share) -> float:
    """Return a share as a unit would write it: percent with two decimals."""
    numerator, denominator = share
    assert denominator
    return round(100 * numerator / denominator, 2)


def public_payment_rate(frame: pd.DataFrame) -> float:
    """Return the online-payment rate as public code computes it: dossiers paid over *procedures* with fees."""
    return round(100 * int(frame.is_paid.sum()) / frame[frame.has_fee].MaTTHC.nunique(), 2)


def public_payment_score(rate: float, most_points: float = 6) -> float:
    """Return the score that the same code falls back to below its threshold."""
    return rate * most_points / 100 * 30 / 100
