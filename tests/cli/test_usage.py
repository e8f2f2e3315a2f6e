"""The sentences about a wrong command line."""

from __future__ import annotations

import pytest

from cli.usage import usage_sentence


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("No such option: --bogus", "không có tùy chọn --bogus"),
        ("No such option: --pln (Possible options: --plan)", "không có tùy chọn --pln"),
        ("No such command 'chek'. Did you mean 'check', 'schema'?", "không có lệnh 'chek'"),
        ("Missing option '--plan'.", "thiếu '--plan'"),
        ("Missing argument 'files'.", "thiếu 'files'"),
        ("Option '--plan' requires an argument.", "tùy chọn '--plan' cần một giá trị"),
        ("Option '--json' does not take a value.", "tùy chọn '--json' không nhận giá trị"),
        ("Got unexpected extra argument(s) (b c)", "thừa: b c"),
        (
            "Invalid value for '--format': 'xml' is not one of 'csv', 'json'.",
            "'--format' không nhận 'xml', hãy chọn 'csv', 'json'",
        ),
        ("Invalid value for '--x': 'y' is not a valid integer.", "giá trị của '--x' không dùng được"),
        ("Something new.", "Something new"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(said: str, ours: str) -> None:
    assert usage_sentence(said, "thuocdo x") == f"Lệnh chưa đúng: {ours}. Xem cách dùng: `thuocdo x --help`."
