"""Say in Vietnamese what is wrong with a command line; the command library says it in English only."""

from __future__ import annotations

import re

SAID = {
    r"No such option: (\S+).*": "không có tùy chọn {0}",
    r"No such command '(.+?)'.*": "không có lệnh '{0}'",
    r"Missing (?:option|argument|parameter) (.+)\.": "thiếu {0}",
    r"Option '(.+?)' requires an argument.*": "tùy chọn '{0}' cần một giá trị",
    r"Option '(.+?)' does not take a value.*": "tùy chọn '{0}' không nhận giá trị",
    r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)": "thừa: {0}",
    r"Invalid value for (.+?): (?:Value error, )?(.+) is not one of (.+)\.": "{0} không nhận {1}, hãy chọn {2}",
    r"Invalid value for (.+?): .*": "giá trị của {0} không dùng được",
}
"""Sentences of the library (typer 0.29) and ours; one that is not listed is passed on as it is."""


def usage_sentence(message: str, command: str) -> str:
    """Return one sentence: what is wrong with the command line, and where its use is explained."""
    for said, ours in SAID.items():
        if found := re.fullmatch(said, message, re.DOTALL):
            message = ours.format(*found.groups())
            break
    return f"Lệnh chưa đúng: {message.rstrip('.')}. Xem cách dùng: `{command} --help`."
