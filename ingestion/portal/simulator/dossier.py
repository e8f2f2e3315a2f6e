"""A dossier as the simulator tells it: the fields of `DongBoHoSoMC` as seen in public code (OpenCPS).

NgayCapNhat, MucDo, DanhGia and DiaChi are the synthetic contract's own, see `portals/demo.yml`. Every
value is text; an instant is `yyyyMMddHHmmss` in Vietnam's time, or empty.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of what the portal answers: nothing is in it that is not listed."""

    model_config = ConfigDict(extra="forbid")


class Component(Answer):
    """A submitted component file (TaiLieuNop)."""

    TepDinhKemId: str = Field(description="mã tệp")
    TenTepDinhKem: str = Field(description="tên tệp")
    IsDeleted: str = Field(description="0/1")
    MaThanhPhanHoSo: str = Field(description="mã thành phần")
    DuongDanTaiTepTin: str = Field(description="địa chỉ tệp")
    DuocSoHoa: str = Field(description="0/1")
    DuocTaiSuDung: str = Field(description="0/1/2")
    DuocLayTuKhoDMQG: str = Field(description="0/1")
    MaKetQuaThayThe: str = Field(description="mã kết quả thay thế")


class Fee(Answer):
    """A fee (DanhSachLePhi); 0 where there is none."""

    TenPhiLePhi: str = Field(description="tên")
    MaPhiLePhi: str = Field(description="mã")
    HinhThucThu: str = Field(description="hình thức thu")
    Gia: str = Field(description="số tiền, đồng")
    LoaiPhiLePhi: str = Field(description="loại")


class Result(Answer):
    """A result paper (DanhSachGiayToKetQua)."""

    TenGiayTo: str = Field(description="tên")
    MaThanhPhanHoSo: str = Field(description="mã thành phần")
    GiayToId: str = Field(description="mã tệp")
    DuongDanTepTinKetQua: str = Field(description="địa chỉ tệp")
    MaGiayToKetQua: str = Field(description="mã giấy tờ")


class Identity(Answer):
    """An identity paper."""

    LoaiDinhDanh: str = Field(description="1 CCCD, 2 CMND")
    SoDinhDanh: str = Field(description="số")


class Supplement(Answer):
    """A request to supplement (DanhSachHoSoBoSung); its receipt may move the due date."""

    HoSoBoSungId: str = Field(description="mã")
    NguoiYeuCauBoSung: str = Field(description="người yêu cầu")
    NoiDungBoSung: str = Field(description="nội dung")
    NgayBoSung: str = Field(description="ngày yêu cầu")
    NguoiTiepNhanBoSung: str = Field(description="người tiếp nhận")
    ThongTinTiepNhan: str = Field(description="thông tin")
    NgayTiepNhanBoSung: str = Field(description="ngày bổ sung")
    TrangThaiBoSung: str = Field(description="0 chờ, 1 đã bổ sung")
    NgayHenTraTruoc: str = Field(description="hẹn trả trước đó")
    NgayHenTraMoi: str = Field(description="hẹn trả mới")
    DanhSachGiayToBoSung: list[dict[str, str]]
    DanhSachLePhiBoSung: list[dict[str, str]]


class Dossier(Answer):
    """A dossier as the portal shows it at the end of the window that was asked for."""

    MaHoSo: str = Field(description="mã hồ sơ")
    MaTTHC: str = Field(description="mã thủ tục")
    TenTTHC: str = Field(description="tên thủ tục")
    MaLinhVuc: str = Field(description="mã lĩnh vực")
    TenLinhVuc: str = Field(description="tên lĩnh vực")
    MucDo: str = Field(description="mức độ dịch vụ công")
    LoaiDoiTuong: str = Field(description="1 công dân, 2 DN, 3 CQNN, 4 khác")
    NgayNopHoSo: str = Field(description="ngày nộp")
    NgayTiepNhan: str = Field(description="ngày tiếp nhận")
    NgayHenTra: str = Field(description="ngày hẹn trả")
    NgayKetThucXuLy: str = Field(description="ngày xử lý xong")
    NgayTra: str = Field(description="ngày trả")
    NgayTuChoi: str = Field(description="ngày từ chối")
    NgayCapNhat: str = Field(description="lần cập nhật cuối (trường mốc)")
    TrangThaiHoSo: str = Field(description="1–10")
    HinhThuc: str = Field(description="0/1")
    KenhThucHien: str = Field(description="1 trực tiếp, 2 trực tuyến, 3 BCCI")
    DonViXuLy: str = Field(description="đơn vị xử lý")
    NoiNopHoSo: str = Field(description="nơi nộp")
    ThongTinTra: str = Field(description="thông tin trả")
    TaiKhoanDuocXacThucVoiVNeID: str = Field(description="0/1")
    DuocThanhToanTrucTuyen: str = Field(description="1 DVCQG, 2 cổng riêng, 3 không")
    HoSoCoThanhPhanSoHoa: str = Field(description="0/1")
    DanhGia: str = Field(description="1 hài lòng, 0 không, rỗng: chưa")
    SoBienNhan: str = Field(description="biên nhận")
    ChuHoSo: str = Field(description="chủ hồ sơ")
    MaDoiTuong: str = Field(description="mã chủ hồ sơ")
    SoGiayToChuHoSo: str = Field(description="số giấy tờ")
    Email: str = Field(description="thư")
    Fax: str = Field(description="fax")
    SoDienThoai: str = Field(description="điện thoại")
    DiaChi: str = Field(description="địa chỉ")
    ThongTinKhac: str = Field(description="khác")
    TrichYeuHoSo: str = Field(description="trích yếu")
    GhiChu: str = Field(description="ghi chú")
    TaiLieuNop: list[Component]
    DanhSachLePhi: list[Fee]
    DanhSachHoSoBoSung: list[Supplement]
    DanhSachGiayToKetQua: list[Result]
    DanhSachTepDinhKemKhac: list[dict[str, str]]
    DinhDanhCHS: list[Identity]
    DSKetNoiCSDL: list[dict[str, str]]
