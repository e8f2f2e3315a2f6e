"""The lists and the personal fields of a synthetic dossier; everything personal is a canary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingestion.portal.simulator import canaries

if TYPE_CHECKING:
    from ingestion.portal.simulator.draws import Draws
    from ingestion.portal.simulator.profiles import Profile

DEFAULT_FILE_NAME = "Dinhkem.pdf"


def person(number: int) -> dict[str, Any]:
    """Return the personal fields and the free text of an applicant who does not exist."""
    name = f"{canaries.CITIZEN} {number:05d}"
    return {
        "SoBienNhan": f"BN-{number:05d}",
        "ChuHoSo": name,
        "MaDoiTuong": canaries.PLACEHOLDER_ID,
        "SoGiayToChuHoSo": canaries.PLACEHOLDER_ID,
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": canaries.CITIZEN_ID}],
        "Email": canaries.EMAIL,
        "Fax": canaries.PHONE,
        "SoDienThoai": canaries.PHONE,
        "DiaChi": f"{canaries.ADDRESS} {number}",
        "ThongTinKhac": name,
        "TrichYeuHoSo": f"{canaries.SUBJECT} của {name}",
        "GhiChu": f"{canaries.NOTE}: gọi {canaries.PHONE}",
    }


def submitted(draws: Draws, profile: Profile, code: str) -> dict[str, Any]:
    """Return the component files and the flag that the portal derives from them."""
    is_digitised = draws.hits("digitised", profile.digitised)
    has_default_names = draws.hits("default_names", profile.default_names_only)
    is_reused = is_digitised and draws.hits("reused", profile.reused / profile.digitised)
    files = [
        {
            "TepDinhKemId": f"TEP-{code}-{number}",
            "TenTepDinhKem": DEFAULT_FILE_NAME if has_default_names else f"{canaries.FILE_NAME}_{number}.pdf",
            "IsDeleted": "0",
            "MaThanhPhanHoSo": f"TP{number:02d}",
            "DuongDanTaiTepTin": f"{canaries.FILE_ADDRESS}/{code}/{number}",
            "DuocSoHoa": "1" if is_digitised else "0",
            "DuocTaiSuDung": ("1" if draws.hits("reuse_kind", 0.7) else "2") if is_reused and number == 1 else "0",
            "DuocLayTuKhoDMQG": "0",
            "MaKetQuaThayThe": "",
        }
        for number in range(1, draws.whole("files", 1, 3) + 1)
    ]
    return {"TaiLieuNop": files, "HoSoCoThanhPhanSoHoa": "1" if is_digitised else "0"}


def results(draws: Draws, profile: Profile, code: str, papers: dict[str, Any]) -> list[dict[str, str]]:
    """Return the result list: none, a result of its own, or (the trap) the first submitted file."""
    if not draws.hits("electronic_result", profile.electronic_result):
        return []
    is_copied = draws.hits("copied_result", profile.copied_result)
    return [
        {
            "TenGiayTo": f"Kết quả cho {canaries.CITIZEN}",
            "MaThanhPhanHoSo": "KQ01",
            "GiayToId": papers["TaiLieuNop"][0]["TepDinhKemId"] if is_copied else f"KQ-{code}",
            "DuongDanTepTinKetQua": f"{canaries.FILE_ADDRESS}/{code}/ket-qua",
            "MaGiayToKetQua": f"KQ-{code}",
        }
    ]


def fees(fee_vnd: int) -> list[dict[str, str]]:
    """Return the fee list; a procedure without a fee lists one of 0 dong."""
    return [
        {
            "TenPhiLePhi": "Lệ phí (mẫu)",
            "MaPhiLePhi": "LP01",
            "HinhThucThu": "1",
            "Gia": str(fee_vnd),
            "LoaiPhiLePhi": "1",
        }
    ]


def supplement_request(request_id: str, asked_at: str) -> dict[str, Any]:
    """Return a supplement request that is still open."""
    return {
        "HoSoBoSungId": request_id,
        "NguoiYeuCauBoSung": canaries.OFFICIAL,
        "NoiDungBoSung": f"Đề nghị {canaries.CITIZEN} bổ sung giấy tờ",
        "NgayBoSung": asked_at,
        "NguoiTiepNhanBoSung": "",
        "ThongTinTiepNhan": "",
        "NgayTiepNhanBoSung": "",
        "TrangThaiBoSung": "0",
        "DanhSachGiayToBoSung": [],
        "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": "",
        "NgayHenTraMoi": "",
    }


def supplement_answer(came_at: str, due_before: str, due_now: str) -> dict[str, str]:
    """Return what the receipt of a supplement sets: `NgayHenTraMoi` changes the due date."""
    return {
        "NguoiTiepNhanBoSung": canaries.OFFICIAL,
        "NgayTiepNhanBoSung": came_at,
        "TrangThaiBoSung": "1",
        "NgayHenTraTruoc": due_before,
        "NgayHenTraMoi": due_now,
    }
