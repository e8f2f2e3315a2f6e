"""How each demo commune handles its dossiers: synthetic shares, nobody's statistics.

Some communes are made to differ from what their units will claim, each by one of the traps seen
in public dossier code (domain 3.3), so that the comparison of claims with records has something
to find. A commune without a profile of its own gets one drawn from its code.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.portal.simulator.draws import Draws


@dataclass(frozen=True)
class Procedure:
    """A synthetic procedure; `level` is written as portals do ('4' and 'toàn trình' mean the same)."""

    code: str
    name: str
    field_code: str
    field_name: str
    limit_days: int
    fee_vnd: int
    level: str
    weight: float

    @property
    def is_online(self) -> bool:
        """Whether it can be handed in online at all."""
        return self.level != "2"


@dataclass(frozen=True)
class Profile:
    """Shares are probabilities in [0, 1] for one dossier."""

    dossiers_a_month: int
    online: float  # channel 2, of procedures that can be handed in online
    online_growth: float  # added each month since the first
    postal: float = 0.03
    on_time: float = 0.96
    supplement: float = 0.08
    digitised: float = 0.9  # the dossier-level flag HoSoCoThanhPhanSoHoa
    default_names_only: float = 0.01  # of the digitised: every file is called 'Dinhkem'
    electronic_result: float = 0.9
    copied_result: float = 0.01  # of the results: the first submitted file is handed back as result
    reused: float = 0.45
    paid_online: float = 0.6  # of the fee-bearing
    boundary_free: float = 0.2
    rated: float = 0.35
    satisfied: float = 0.95  # of the rated
    closed_with_open_supplement: float = 0.005  # status 5 overwritten by 9


FIRST_MONTH = "2025-11"
"""One month before the demo's first, so that the period 2025-12 (15/11-14/12) is whole."""
LAST_MONTH = "2028-06"
"""Working days are known for some months longer, so that what is begun by then also ends."""

PROFILES = {
    # Thăng Bình: files called 'Dinhkem' pass for digitisation; the flag says 96 %, real files about 65 %.
    "16342": Profile(240, 0.86, 0.008, digitised=0.96, default_names_only=0.32, electronic_result=0.94, reused=0.5),
    # Dân Tiến: far fewer dossiers online than a unit would like to report.
    "05755": Profile(135, 0.55, 0.012, digitised=0.78, electronic_result=0.8, reused=0.3, satisfied=0.93),
    # Khúc Thừa Dụ: results are often the applicant's own first file; payment online is low.
    "11224": Profile(270, 0.88, 0.005, electronic_result=0.95, copied_result=0.28, paid_online=0.38, boundary_free=0.3),
    # Thiện Tân: supplements left open and overwritten by 'done'; late more often.
    "06436": Profile(
        150, 0.72, 0.01, on_time=0.87, supplement=0.16, digitised=0.84, closed_with_open_supplement=0.04, satisfied=0.91
    ),
    # Thanh Thủy: what the units claim and what the portal holds agree.
    "08674": Profile(210, 0.84, 0.012, on_time=0.985, digitised=0.95, electronic_result=0.96, reused=0.62, rated=0.5),
}

PROCEDURES = (
    Procedure("9.000001", "TTHC mẫu: đăng ký khai sinh", "DEMO-LV01", "Hộ tịch (mẫu)", 1, 0, "4", 16),
    Procedure("9.000002", "TTHC mẫu: trích lục hộ tịch", "DEMO-LV01", "Hộ tịch (mẫu)", 1, 8_000, "toàn trình", 14),
    Procedure("9.000003", "TTHC mẫu: đăng ký kết hôn", "DEMO-LV01", "Hộ tịch (mẫu)", 3, 0, "3", 6),
    Procedure("9.000004", "TTHC mẫu: xác nhận hôn nhân", "DEMO-LV01", "Hộ tịch (mẫu)", 3, 15_000, "4", 9),
    Procedure("9.000005", "TTHC mẫu: chứng thực bản sao", "DEMO-LV02", "Chứng thực (mẫu)", 1, 2_000, "4", 20),
    Procedure("9.000006", "TTHC mẫu: chứng thực chữ ký", "DEMO-LV02", "Chứng thực (mẫu)", 1, 10_000, "2", 4),
    Procedure("9.000007", "TTHC mẫu: trợ cấp hằng tháng", "DEMO-LV03", "Bảo trợ xã hội (mẫu)", 7, 0, "Toàn trình", 9),
    Procedure("9.000008", "TTHC mẫu: hỗ trợ mai táng phí", "DEMO-LV03", "Bảo trợ xã hội (mẫu)", 5, 0, "4", 4),
    Procedure("9.000009", "TTHC mẫu: biến động đất đai", "DEMO-LV04", "Đất đai (mẫu)", 10, 60_000, "một phần", 6),
    Procedure("9.000010", "TTHC mẫu: cấp giấy chứng nhận", "DEMO-LV04", "Đất đai (mẫu)", 20, 100_000, "3", 3),
    Procedure("9.000011", "TTHC mẫu: đăng ký hộ kinh doanh", "DEMO-LV05", "Kinh doanh (mẫu)", 3, 100_000, "4", 6),
    Procedure("9.000012", "TTHC mẫu: hoạt động văn hóa cơ sở", "DEMO-LV06", "Văn hóa (mẫu)", 5, 0, "toàn trình", 3),
)


def profile_of(commune_code: str) -> Profile:
    """Return a commune's profile; one drawn from its code where it has none of its own."""
    if commune_code in PROFILES:
        return PROFILES[commune_code]
    draws = Draws("profile", commune_code)
    return Profile(
        dossiers_a_month=draws.whole("volume", 130, 270),
        online=0.6 + 0.3 * draws.share("online"),
        online_growth=0.01 * draws.share("growth"),
        on_time=0.88 + 0.11 * draws.share("on_time"),
        digitised=0.75 + 0.22 * draws.share("digitised"),
        electronic_result=0.75 + 0.22 * draws.share("result"),
        reused=0.25 + 0.4 * draws.share("reused"),
    )
