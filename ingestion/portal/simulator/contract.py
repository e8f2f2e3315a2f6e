"""The simulator's questions and answers, as its OpenAPI document tells them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ingestion.portal.simulator.dossier import Answer, Dossier

OK, REFUSED, WRONG_QUESTION, EXPIRED = "0", "1", "2", "401"
STAMP = "%Y%m%d%H%M%S"
STAMP_PATTERN = r"^[0-9]{14}$"


class Question(BaseModel):
    """Base of what a caller sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class LogIn(Question):
    """Body of a log-in."""

    username: str
    password: str


class Search(Question):
    """Body of a search: the envelope, the window of last updates, and the page."""

    session: str
    madonvi: str = Field(pattern=r"^[0-9]{5}$", description="Mã đơn vị")
    service: Literal["TraCuuHoSo"]
    tuNgay: str = Field(pattern=STAMP_PATTERN, description="Lần cập nhật cuối, từ")  # noqa: N815 - contract
    denNgay: str = Field(pattern=STAMP_PATTERN, description="Lần cập nhật cuối, đến")  # noqa: N815 - contract
    trang: str = Field(pattern=r"^[1-9][0-9]{0,5}$")
    soBanGhi: str = Field(pattern=r"^[1-9][0-9]{0,4}$", description="Số hồ sơ một trang")  # noqa: N815 - contract


class FaultOrder(Question):
    """Body of the control endpoint: which fault answers the next searches, after how many honest ones."""

    name: str = Field(description="Tên lỗi, xem GET /__faults")
    times: str = Field(default="1", pattern=r"^[1-9][0-9]{0,2}$", description="Số lượt tra cứu bị lỗi")
    after: str = Field(default="0", pattern=r"^[0-9]{1,3}$", description="Số lượt tra cứu trả lời đúng trước đó")
    parameter: str = Field(default="", max_length=200)


class Done(Answer):
    """The order was carried out."""

    error_code: Literal["0"]


class Refused(Answer):
    """`1` wrong account, `2` a question that cannot be answered, `401` log in (again)."""

    error_code: Literal["1", "2", "401"]


class Session(Answer):
    """A log-in that succeeded."""

    error_code: Literal["0"]
    session: str


class FaultEntry(Answer):
    """A fault that may be ordered; `parameter` is the pattern of what it takes, `default` what it takes if nothing."""

    name: str
    told: str
    parameter: str
    default: str


class FaultList(Answer):
    """Every fault of the simulator."""

    error_code: Literal["0"]
    faults: list[FaultEntry]


class TrapCounts(Answer):
    """How many dossiers of an agency carry each trap of public dossier code, as shown at an instant."""

    error_code: Literal["0"]
    traps: dict[str, int]


class Found(Answer):
    """A page of the dossiers last updated in the window, in order of that update."""

    error_code: Literal["0"]
    madonvi: str
    service: Literal["DongBoHoSoMC"]
    isUpdating: Literal["True"]  # noqa: N815 - contract
    tongSo: str = Field(pattern=r"^[0-9]+$")  # noqa: N815 - contract
    trang: str
    data: list[Dossier]
