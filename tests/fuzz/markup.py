"""Mutations of XML, CSV and JSON text: tags, attributes, numbers, encodings, declarations."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

TOKEN = re.compile(r"<[^>]*>|[^<]+")
ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
VALUES = (
    "0", "-1", "1", "00", "255", "65535", "65536", "1048576", "1048577", "2147483647", "2147483648", "4294967295",
    "9223372036854775808", "18446744073709551616", "99999999999999999999", "1e309", "-1e309", "NaN", "INF", "-0",
    "1_000", "\uff11\uff12", "0x10", "", " 5 ", "1.234", "1,234", "92.5%", "true", "XFD1048576", "A0",
    "A1:XFD1048576", "a1", "AAAAAAA1", "SR100001", "\u0663", "1.7976931348623157e308", "5e-324", "9" * 400,
    "0." + "3" * 400, "s", "str", "b", "e", "inlineStr", "d", "External", "hidden", "percentage", "float", "date",
    "time", "boolean", "../../../etc/passwd", "http://a.example/x", "file:///etc/passwd", "=cmd|'/c calc'!A0",
    "rId1", "rId999", "xl/workbook.xml", "\u202e", "&#0;", "&#xD800;", "&lt;", "x" * 300, "Mã biểu:",
)  # fmt: skip
INSERTED = (
    "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!-- a -->", "<?a b?>", "<![CDATA[9]]>", "&b;", "&#x41;",
    "<c r='XFD1'><v>1</v></c>", "<x:c xmlns:x='y' r='B2'><x:v>7</x:v></x:c>", "<row r='3'/>", "<v>1</v>",
    "<f>1+1</f>", "<is><t>x</t></is>", "<si><t>x</t></si>", "<a " + "b='c' " * 50 + "/>", "<a>" * 200,
    "</sheetData>", "<table:table table:name='T'/>", "<mergeCell ref='A1:XFD1048576'/>", "<script:event-listener/>",
    "\0", "\ufffe", "]]>", "<", ">", "\"", "'",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "latin-1", "cp1258", "cp037")
TEXT_TOKENS = (
    ";", "\t", ",", '"', '""', "\n", "\r", "\r\n", "\0", "sep=|\n", "=1+1", "@SUM(A1)", "\ufeff", "\u200b",
    "\ud7ff", "\x1a", "[", "]", "{", "}", ":", "null", "true", "NaN", "Infinity", "-Infinity", '{"a":', "[" * 300,
    "1e309", "9" * 400, "\\ud800", "céng hßa x· héi", "Mã biểu:", "123456789012", "0912345678", "x" * 3000,
)  # fmt: skip


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def move_tokens(rng: Random, text: str) -> str:
    """Double, drop, exchange or move tags and texts."""
    tokens = _tokens(text)
    if len(tokens) < 3:
        return text
    at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    action = rng.randrange(5)
    if action == 0:
        tokens.insert(at, tokens[other])
    elif action == 1:
        tokens.pop(at)
    elif action == 2:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif action == 3:
        tokens[at:at] = tokens[other : other + rng.randrange(1, 12)]
    else:
        del tokens[at : at + rng.randrange(1, 12)]
    return "".join(tokens)


def _replace_match(rng: Random, text: str, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + change(match) + text[match.end() :]


def change_attribute(rng: Random, text: str) -> str:
    """Change, drop, double or requote one attribute."""
    value = rng.choice(VALUES)
    forms = (
        lambda m: f'{m[1]}="{value}"', lambda m: f"{m[1]} = '{value}'", lambda _: "", lambda m: f"{m[0]} {m[0]}",
        lambda m: f"x:{m[0]}", lambda m: f"{m[1]}={m[2][0]}{value}{m[2][0]}", lambda m: f"{m[1].upper()}={m[2]}",
        lambda m: f'{m[1]}="a>b{m[2][1:-1]}"',
    )  # fmt: skip
    return _replace_match(rng, text, ATTRIBUTE, rng.choice(forms))


def change_number(rng: Random, text: str) -> str:
    """Replace one number anywhere."""
    return _replace_match(rng, text, NUMBER, lambda _: rng.choice(VALUES))


def insert_markup(rng: Random, text: str) -> str:
    """Insert a tag, a declaration, an entity or a stray sign, mostly between tokens."""
    tokens = _tokens(text)
    if not tokens or rng.random() < 0.3:
        at = rng.randrange(len(text) + 1)
        return text[:at] + rng.choice(INSERTED) + text[at:]
    tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(INSERTED))
    return "".join(tokens)


def prefix_tags(rng: Random, text: str) -> str:
    """Write some or all tags behind a namespace prefix."""
    share = rng.choice((0.02, 0.5, 1.0))
    return re.sub(r"<(/?)(?=[A-Za-z])", lambda m: f"<{m[1]}x:" if rng.random() < share else m[0], text)


def insert_text(rng: Random, text: str) -> str:
    """Insert what text formats stumble over."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(TEXT_TOKENS) + text[at:]


def move_lines(rng: Random, text: str) -> str:
    """Double, drop or exchange lines."""
    lines = text.splitlines(keepends=True) or [text]
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if rng.random() < 0.5:
        lines[at], lines[other] = lines[other], lines[at]
    elif rng.random() < 0.5:
        lines.insert(at, lines[other])
    else:
        lines.pop(at)
    return "".join(lines)


XML_MUTATIONS = (
    move_tokens,
    change_attribute,
    change_attribute,
    change_number,
    change_number,
    insert_markup,
    prefix_tags,
)
TEXT_MUTATIONS = (insert_text, insert_text, move_lines, change_number, change_number)


def encoded(rng: Random, text: str) -> bytes:
    """Return the text as UTF-8, now and then in another encoding."""
    return text.encode("utf-8" if rng.random() < 0.97 else rng.choice(ENCODINGS), errors="replace")
