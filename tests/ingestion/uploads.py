"""Builders of uploads, honest and hostile, small enough to be made for every test."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ODS_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
OLE_SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAY = (2026, 6, 1, 0, 0, 0)

CONTENT_TYPES = (
    f'{XML}<Types xmlns="{TYPES}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
ROOT_RELATIONS = (
    f'{XML}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)
HONEST_ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>Chỉ tiêu</t></is></c><c r="B1"><v>92.5</v></c></row>'


def sheet_xml(rows: str = HONEST_ROWS, before: str = "", after: str = "") -> str:
    """Return one worksheet part."""
    return f'{XML}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def workbook_xml(names: list[str], states: dict[str, str] | None = None, more: str = "") -> str:
    """Return the workbook part that lists the sheets."""
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{number}" state="{(states or {}).get(name, "visible")}" r:id="rId{number}"/>'
        for number, name in enumerate(names, 1)
    )
    return f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets>{more}</workbook>'


def workbook_relations(count: int, more: str = "") -> str:
    """Return the relationships of the workbook part."""
    sheets = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, count + 1)
    )
    styles = f'<Relationship Id="rIdS" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    strings = f'<Relationship Id="rIdT" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    return f'{XML}<Relationships xmlns="{PACKAGE}">{sheets}{styles}{strings}{more}</Relationships>'


def xlsx_parts(sheets: dict[str, str] | None = None, states: dict[str, str] | None = None) -> dict[str, str | bytes]:
    """Return the parts of an honest workbook; `sheets` maps names to worksheet parts."""
    sheets = sheets or {"Báo cáo": sheet_xml()}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_RELATIONS,
        "xl/workbook.xml": workbook_xml(list(sheets), states),
        "xl/_rels/workbook.xml.rels": workbook_relations(len(sheets)),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>xã</t></si></sst>',
    }
    return parts | {f"xl/worksheets/sheet{number}.xml": part for number, part in enumerate(sheets.values(), 1)}


def zipped(parts: dict[str, str | bytes] | list[tuple[str, str | bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of the parts, in order; a list may name a part twice."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(zipfile.ZipInfo(name, DAY), content, compress_type=method)
    return target.getvalue()


def xlsx(changes: dict[str, str | bytes] | None = None, **sheets: str) -> bytes:
    """Return an honest workbook with some parts changed or added."""
    return zipped(xlsx_parts(sheets or None) | (changes or {}))


def xlsx_of(rows: str, before: str = "", after: str = "") -> bytes:
    """Return a workbook of one sheet with these rows."""
    return xlsx({"xl/worksheets/sheet1.xml": sheet_xml(rows, before, after)})


def ods(tables: str, changes: dict[str, str | bytes] | None = None) -> bytes:
    """Return an .ods workbook with these tables."""
    content = (
        f'{XML}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" office:version="1.3">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'{XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_MIMETYPE}"/></manifest:manifest>'
    )
    parts: dict[str, str | bytes] = {"mimetype": ODS_MIMETYPE, "content.xml": content}
    return zipped(parts | {"META-INF/manifest.xml": manifest} | (changes or {}))


def ods_number(value: str, kind: str = "float", more: str = "") -> str:
    """Return one .ods cell with a number."""
    cell = f'<table:table-cell office:value-type="{kind}" office:value="{value}"{more}>'
    return f"{cell}<text:p>{value}</text:p></table:table-cell>"


def with_declared_size(content: bytes, part: str, size: int) -> bytes:
    """Return a zip whose headers lie about how large a part is once inflated."""
    lying = bytearray(content)
    name = part.encode()
    for sign, offset, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = lying.find(sign)
        while start >= 0:
            if lying[start + name_at : start + name_at + len(name)] == name:
                lying[start + offset : start + offset + 4] = struct.pack("<I", size)
            start = lying.find(sign, start + 4)
    return bytes(lying)


def bomb(unpacked: int = 300 << 20) -> bytes:
    """Return a workbook whose sheet is one long run of zeros."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = b"0" * (1 << 20)
    data = b"".join(squeezer.compress(piece) for _ in range(unpacked >> 20)) + squeezer.flush()
    name = b"xl/worksheets/sheet1.xml"
    crc = 0
    for _ in range(unpacked >> 20):
        crc = zlib.crc32(piece, crc)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(data), unpacked, len(name), 0) + name + data
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(data), unpacked, len(name), 0, 0, 0, 0, 0, 0
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central) + len(name), len(local), 0)
    return local + central + name + end


def overlapping() -> bytes:
    """Return a zip whose second directory entry points into the first one's bytes (same local header)."""
    parts = xlsx_parts()
    content = bytearray(zipped(parts))
    first = content.find(b"PK\1\2")
    second = content.find(b"PK\1\2", first + 4)
    third = content.find(b"PK\1\2", second + 4)
    name_length, extra, comment = struct.unpack_from("<3H", content, first + 28)
    entry = content[first : first + 46 + name_length + extra + comment]
    content[second:third] = entry
    grown = len(entry) - (third - second)
    length = struct.unpack_from("<L", content, len(content) - 10)[0]
    struct.pack_into("<L", content, len(content) - 10, length + grown)
    return bytes(content)


def spreadsheet_ml_strings(strings: list[str], unique: int) -> str:
    """Return a shared strings part that declares `unique` strings."""
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    return f'{XML}<sst xmlns="{MAIN}" count="{len(strings)}" uniqueCount="{unique}">{items}</sst>'


def text_row(text: str) -> str:
    """Return a row whose only cell holds this text."""
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
