"""SDMX-CSV 2.0 data and its SDMX-ML 3.0 structure, written by pysdmx.

One data structure per plan, because the list of indicators is the plan's; concepts and the
code list of observation statuses (SDMX CL_OBS_STATUS 2.2) are shared by all plans.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from pysdmx.io.csv.sdmx20.writer import write as write_csv
from pysdmx.io.pd import PandasDataset
from pysdmx.io.xml.sdmx30.writer.structure import write as write_structures
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Organisation,
    Role,
    Schema,
)
from pysdmx.model.dataset import ActionType
from pysdmx.model.message import Header

from warehouse.extracts.formats.csv import csv_records
from warehouse.extracts.values import value_text

if TYPE_CHECKING:
    from warehouse.extracts.source import ExtractRow, Source

PROFILE = {
    "data": "SDMX-CSV 2.0",
    "structure": "SDMX-ML 3.0, structure.xml",
    "missing": "empty OBS_VALUE; OBS_STATUS (SDMX CL_OBS_STATUS 2.2) and VALUE_STATUS tell why",
    "prepared": "structure.xml: the day the plan takes effect, not a time of day",
}
AGENCY, VERSION = "THUOCDO", "1.0.0"
CONCEPTS = "CS_PROVINCIAL_EXTRACT"
STATUS_AGENCY, STATUS_LIST, STATUS_VERSION = "SDMX", "CL_OBS_STATUS", "2.2"
OBS_STATUSES = {
    "A": "Giá trị bình thường",
    "P": "Giá trị tạm tính (số ước)",
    "L": "Thiếu; số liệu có nhưng chưa thu thập được",
    "M": "Thiếu; số liệu không thể có (không áp dụng, không phát sinh)",
    "O": "Thiếu giá trị",
    "Q": "Thiếu; giá trị bị giữ lại",
}


@dataclass(frozen=True)
class Part:
    """One component: its SDMX id, the field of ExtractRow that fills it, its role and type."""

    id: str
    field: str
    name_vi: str
    role: Role = Role.ATTRIBUTE
    dtype: DataType = DataType.STRING
    is_required: bool = False


PARTS = (
    Part("REF_AREA", "commune_code", "Xã", Role.DIMENSION, is_required=True),
    Part("INDICATOR", "indicator_code", "Chỉ tiêu của kế hoạch", Role.DIMENSION, is_required=True),
    Part("TIME_PERIOD", "period", "Kỳ báo cáo", Role.DIMENSION, DataType.PERIOD, is_required=True),
    Part("OBS_VALUE", "value", "Kết quả", Role.MEASURE, DataType.DECIMAL),
    Part("OBS_STATUS", "obs_status", "Trạng thái quan sát", is_required=True),
    Part("VALUE_STATUS", "value_status", "Vì sao có hoặc không có giá trị", is_required=True),
    Part("UNIT_MEASURE", "unit_of_measure", "Đơn vị tính"),
    Part("NUMERATOR", "numerator", "Tử số", dtype=DataType.DECIMAL),
    Part("DENOMINATOR", "denominator", "Mẫu số", dtype=DataType.DECIMAL),
    Part("VALUE_TEXT", "value_text", "Kết quả bằng lời"),
    Part("FIGURE_SOURCE", "figure_source", "Nguồn số liệu", is_required=True),
    Part("CLAIMED_VALUE", "claimed_value", "Số đơn vị báo cáo", dtype=DataType.DECIMAL),
    Part("OBSERVED_PERIOD", "observed_period", "Tháng mà số liệu nói về"),
    Part("NUMBER_NATURE", "number_nature", "Tính chất số liệu"),
    Part("TARGET_YEAR", "target_year", "Năm của mục tiêu"),
    Part("TARGET_TEXT", "target_text", "Mục tiêu như in trong kế hoạch"),
    Part("TARGET_COMPARATOR", "comparator", "Phép so sánh với mục tiêu"),
    Part("TARGET_VALUE", "target_value", "Mục tiêu", dtype=DataType.DECIMAL),
    Part("PROGRESS_STATUS", "status", "Tiến độ", is_required=True),
    Part("IS_WITHHELD", "is_withheld", "Giá trị bị giữ lại", dtype=DataType.BOOLEAN, is_required=True),
    Part("WITHHELD_REASON", "withheld_reason", "Quy tắc làm giá trị bị giữ lại"),
    Part("FLAG_CODES", "flag_codes", "Cảnh báo chất lượng"),
    Part("REPORTING_UNIT", "unit_code", "Đơn vị báo cáo"),
    Part("RECEIPT_ID", "receipt_id", "Phiếu tiếp nhận"),
    Part("CANONICAL_INDICATOR", "canonical_code", "Chỉ tiêu chung giữa các kế hoạch"),
    Part("IS_SYNTHETIC", "is_synthetic", "Số liệu minh họa", dtype=DataType.BOOLEAN, is_required=True),
)
FIELDS = {part.id: part.field for part in PARTS}


def sdmx_csv_bytes(source: Source) -> bytes:
    """Write the observations; a figure that is not there is an empty OBS_VALUE, never 0."""
    # pysdmx holds DECIMAL as a double; told that everything is text, it writes our exact text.
    schema = Schema(
        context="dataflow",
        agency=AGENCY,
        id=_flow_id(source),
        version=VERSION,
        components=Components([_component(part, part.role, DataType.STRING) for part in PARTS]),
    )
    columns = {part.id: [_sdmx_text(part, row) for row in source.rows] for part in PARTS}
    data = PandasDataset(structure=schema, data=pd.DataFrame(columns, dtype=object), action=ActionType.Replace)
    return str(write_csv([data])).encode()


def sdmx_records(content: bytes) -> list[dict[str, str]]:
    """Read observations back as texts by the field names of ExtractRow."""
    return [
        {FIELDS[name]: _field_text(name, text) for name, text in record.items() if name in FIELDS}
        for record in csv_records(content)
    ]


def structure_bytes(source: Source) -> bytes:
    """Write concepts, code lists, data structure and dataflow of the plan."""
    statuses = Codelist(
        id=STATUS_LIST,
        agency=STATUS_AGENCY,
        version=STATUS_VERSION,
        name="Trạng thái quan sát",
        is_partial=True,
        items=[Code(id=code, name=name) for code, name in OBS_STATUSES.items()],
    )
    areas = _codelist("CL_COMMUNE", "Xã", {source.rows[0].commune_code: source.plan.commune_name}, is_partial=True)
    names = {_code_id(row.indicator_code): row.indicator_name for row in source.rows}
    indicators = _codelist(f"CL_INDICATOR_{_plan_id(source)}", "Chỉ tiêu của kế hoạch", names)
    lists = {"OBS_STATUS": statuses, "REF_AREA": areas, "INDICATOR": indicators}
    concepts = ConceptScheme(
        id=CONCEPTS,
        agency=AGENCY,
        version=VERSION,
        name="Các khái niệm của bản trích xuất gửi tỉnh",
        items=[Concept(id=part.id, name=part.name_vi, dtype=part.dtype) for part in PARTS],
    )
    structure = DataStructureDefinition(
        id=f"DSD_{_plan_id(source)}",
        agency=AGENCY,
        version=VERSION,
        name=f"Cấu trúc số liệu: {source.plan.title}",
        components=Components([_component(part, part.role, part.dtype, lists.get(part.id)) for part in PARTS]),
    )
    flow = Dataflow(
        id=_flow_id(source),
        agency=AGENCY,
        version=VERSION,
        name=f"Kết quả thực hiện chỉ tiêu: {source.plan.commune_name}",
        structure=structure,
    )
    text = write_structures([*lists.values(), concepts, structure, flow], header=_header(source))
    # pysdmx knows one language and calls it English; all our names are Vietnamese.
    return str(text).replace('xml:lang="en"', 'xml:lang="vi"').encode()


def time_period(code: str) -> str:
    """Write a period code (design 4.4) as SDMX does: 2026-06, 2026-Q2, 2026-S1; nine months as a time range."""
    year, _, part = code.partition("-")
    if part == "M9":
        return f"{year}-01-01/P9M"
    return f"{year}-S{part[1]}" if part.startswith("H") else code


def _header(source: Source) -> Header:
    return Header(
        id=_flow_id(source),
        test=source.is_synthetic,
        prepared=dt.datetime.combine(source.plan.valid_from, dt.time(), dt.UTC),
        sender=Organisation(id=AGENCY),
    )


def _component(part: Part, role: Role, dtype: DataType, codes: Codelist | None = None) -> Component:
    return Component(
        id=part.id,
        required=part.is_required,
        role=role,
        concept=ItemReference(sdmx_type="Concept", agency=AGENCY, id=CONCEPTS, version=VERSION, item_id=part.id),
        local_dtype=None if codes else dtype,
        local_codes=codes,
        local_enum_ref=f"urn:sdmx:org.sdmx.infomodel.codelist.{codes.short_urn}" if codes else None,
        attachment_level="O" if role is Role.ATTRIBUTE else None,
    )


def _codelist(name: str, name_vi: str, codes: dict[str, str], *, is_partial: bool = False) -> Codelist:
    items = [Code(id=code, name=text) for code, text in codes.items()]
    return Codelist(id=name, agency=AGENCY, version=VERSION, name=name_vi, is_partial=is_partial, items=items)


def _plan_id(source: Source) -> str:
    return _code_id(source.plan.plan_key).upper().replace("-", "_")


def _flow_id(source: Source) -> str:
    return f"DF_{_plan_id(source)}"


def _code_id(code: str) -> str:
    # SDMX ids hold no dot; ours hold no dollar sign.
    return code.replace(".", "$")


def _sdmx_text(part: Part, row: ExtractRow) -> str | None:
    if part.id == "INDICATOR":
        return _code_id(row.indicator_code)
    return time_period(row.period) if part.id == "TIME_PERIOD" else value_text(getattr(row, part.field)) or None


def _field_text(name: str, text: str) -> str:
    return text.replace("$", ".") if name == "INDICATOR" else text
