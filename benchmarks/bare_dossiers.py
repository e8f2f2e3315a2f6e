"""The barest way to the same figures: what the pull and the build of dossiers are held against.

No retries, no allow-list, no check of anything, no ledger, nothing durable: `httpx`,
`json.loads`, the fields that the rates need, one Parquet file per commune, one SQL statement.
It shares no code with the product, so its counts are also the independent ones.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import httpx
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

Counts = dict[tuple[str, str, str], tuple[int, int | None]]
"""(commune, period, rate) → numerator, denominator."""

COLUMNS = {
    "dossier_code": "MaHoSo", "procedure_code": "MaTTHC", "field_code": "MaLinhVuc", "submitted": "NgayNopHoSo",
    "received": "NgayTiepNhan", "due": "NgayHenTra", "resolved": "NgayKetThucXuLy", "returned": "NgayTra",
    "updated": "NgayCapNhat", "status": "TrangThaiHoSo", "channel": "KenhThucHien", "applicant": "LoaiDoiTuong",
    "payment": "DuocThanhToanTrucTuyen", "rating": "DanhGia", "level": "MucDo", "place": "NoiNopHoSo",
    "office": "DonViXuLy",
}  # fmt: skip
PORTAL_WORDS = """
    select
        commune, channel, status, payment, rating, is_fee_bearing, is_reused,
        lower(level) in ('4', 'toàn trình') as is_full_online, place <> office as is_elsewhere,
        try_strptime(received, '%Y%m%d%H%M%S')::date as received_on
    from pulled
"""
RAW_LAYER = """
    select
        commune_code as commune, channel_code as channel, status_code as status, payment_code as payment,
        satisfaction_code as rating, is_fee_bearing, is_reused, is_full_online, is_boundary_free as is_elsewhere,
        (received_at at time zone 'Asia/Ho_Chi_Minh')::date as received_on
    from pulled
"""
COUNTS = """
    select
        commune,
        -- Day 15 of a month to day 14 of the next (NĐ 09/2019/NĐ-CP).
        strftime(received_on + interval (if(day(received_on) >= 15, 1, 0)) month, '%Y-%m') as period,
        count(*) as received,
        count(*) filter (channel = '2') as received_online,
        count(*) filter (channel = '2' and is_full_online) as full_online,
        count(*) filter (is_fee_bearing) as fee_bearing,
        count(*) filter (is_fee_bearing and payment in ('1', '2')) as online_payment,
        count(*) filter (rating in ('0', '1')) as rated,
        count(*) filter (rating = '1') as satisfied,
        count(*) filter (is_reused) as data_reused,
        count(*) filter (is_elsewhere) as without_boundary
    from dossiers
    where status not in ('1', '3') and received_on is not null
    group by all
"""


def pull_bare(communes: list[str], address: str, password: str, start: str, end: str, size: int, folder: Path) -> int:
    """Pull whole communes; returns the sum of the totals that the portal tells."""
    told = 0
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        login = {"username": "thuocdo", "password": password}
        session = client.post("/dang-nhap", json=login, headers={"dstcode": "DEMO"}).json()["session"]
        for commune in communes:
            rows: list[dict[str, Any]] = []
            total, number = 1, 0
            while len(rows) < total:
                number += 1
                question = {
                    "session": session, "madonvi": commune, "service": "TraCuuHoSo", "tuNgay": start, "denNgay": end,
                    "trang": str(number), "soBanGhi": str(size),
                }  # fmt: skip
                answer = json.loads(client.post("/dich-vu", json=question).content)
                total = int(answer["tongSo"])
                rows += [_row(commune, record) for record in answer["data"]]
            pq.write_table(pa.Table.from_pylist(rows), folder / f"{commune}.parquet", compression="zstd")
            told += total
    return told


def _row(commune: str, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "commune": commune,
        **{name: record[key] for name, key in COLUMNS.items()},
        "is_fee_bearing": any(int(fee["Gia"]) > 0 for fee in record["DanhSachLePhi"]),
        "is_reused": any(file["DuocTaiSuDung"] != "0" for file in record["TaiLieuNop"]),
        "supplements": len(record["DanhSachHoSoBoSung"]),
    }


def counts_of_bare(folder: Path) -> Counts:
    """Count the rates of what `pull_bare` wrote, in the portal's own words."""
    with duckdb.connect() as connection:
        connection.read_parquet(f"{folder}/*.parquet").create_view("pulled")
        return _counts(connection, PORTAL_WORDS)


def counts_of_raw(raw_folder: Path, memory_limit: str = "1GB", threads: int = 2) -> Counts:
    """Count the same from the product's raw layer: the one statement that the build is held against."""
    with duckdb.connect(config={"memory_limit": memory_limit, "threads": threads}) as connection:
        connection.read_parquet(f"{raw_folder}/dossiers/*.parquet").create_view("pulled")
        return _counts(connection, RAW_LAYER)


def _counts(connection: duckdb.DuckDBPyConnection, dossiers: str) -> Counts:
    connection.execute("set enable_progress_bar = false")  # it would be drawn into the report
    connection.sql(dossiers).create_view("dossiers")
    counts: Counts = {}
    for row in connection.sql(COUNTS).to_arrow_table().to_pylist():
        key = row["commune"], row["period"]
        counts[*key, "received"] = row["received"], None
        for rate in ("received_online", "full_online", "data_reused", "without_boundary"):
            counts[*key, rate] = row[rate], row["received"]
        counts[*key, "online_payment"] = row["online_payment"], row["fee_bearing"]
        counts[*key, "satisfaction"] = row["satisfied"], row["rated"]
    return counts
