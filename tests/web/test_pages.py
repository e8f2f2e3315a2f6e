"""What people see on each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.office import GONE, LAST_MONTH, MONTH, OTHER_PLAN, PLAN, SILENT_UNIT, UNAPPROVED, UNIT
from tests.web.reading import page_of, row_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.testclient import TestClient

    Read = Callable[[str], str]

BOARD = f"/plans/{PLAN}"


def line_of_plan(client: TestClient, commune: str) -> str:
    rows = page_of(client.get("/").text).all("tr")
    return next(row.words for row in rows if commune in row.words)


def cells(client: TestClient, identity: str, address: str = BOARD) -> list[str]:
    return [cell.words for cell in row_of(client.get(address).text, identity).all("td", "th")]


def test_the_list_tells_how_many_indicators_have_data(client: TestClient) -> None:
    assert "7/8 chỉ tiêu" in line_of_plan(client, "Xã Thiện Tân")


def test_a_plan_without_a_single_figure_says_so_in_the_list(client: TestClient) -> None:
    assert "0/1 chỉ tiêu" in line_of_plan(client, "Xã Thăng Bình")


def test_the_list_counts_the_indicators_by_status_as_of_the_latest_month(client: TestClient) -> None:
    assert "Đạt 1 Đúng tiến độ 1 Có nguy cơ 1 Chậm 1 Đang xấu đi 1 Chưa đủ số liệu 2" in line_of_plan(
        client, "Xã Thiện Tân"
    )


def test_the_list_tells_how_many_forms_are_outstanding(client: TestClient) -> None:
    assert "quá hạn: 1 chưa đến hạn: 1" in line_of_plan(client, "Xã Thiện Tân")


def test_a_plan_whose_forms_were_never_issued_is_not_shown_as_complete(client: TestClient) -> None:
    assert "chưa phát biểu nào" in line_of_plan(client, "Xã Thăng Bình")


def test_the_list_counts_open_flags_and_those_that_block(client: TestClient) -> None:
    assert "2 (chặn: 1)" in line_of_plan(client, "Xã Thiện Tân")


def test_the_board_shows_value_period_target_status_and_trend(client: TestClient) -> None:
    stt, _name, value, period, target, status, trend, _chance = cells(client, "ct-01")
    shown = (stt, value, period, target, status, trend)
    assert shown == ("1.", "85,5%", "Tháng 6/2026", "≥ 80% đến 31/12/2026", "Đạt", "= không đổi")


def test_zero_is_shown_as_zero(client: TestClient) -> None:
    assert cells(client, "ct-02")[2] == "0%"


def test_a_missing_figure_is_said_to_be_missing(client: TestClient) -> None:
    assert cells(client, "ct-06")[2] == "chưa có số liệu"


def test_an_older_figure_does_not_stand_in_for_nothing_to_report(client: TestClient) -> None:
    assert cells(client, "ct-08")[2:4] == ["không phát sinh", "Tháng 6/2026"]


def test_an_answer_in_words_is_shown_as_given(client: TestClient) -> None:
    assert cells(client, "ct-07")[2] == "Có"


def test_a_figure_under_a_blocking_flag_is_marked(client: TestClient) -> None:
    assert cells(client, "ct-04")[2] == "185% tạm giữ: RNG-01"


def test_a_probability_is_rounded_to_whole_percent(client: TestClient) -> None:
    assert cells(client, "ct-02")[7] == "81%"


def test_a_figure_without_a_forecast_says_why(client: TestClient) -> None:
    assert cells(client, "ct-05")[7] == "chưa đủ dữ liệu"


def test_the_evidence_stands_behind_each_figure(client: TestClient) -> None:
    evidence = row_of(client.get(BOARD).text, "ct-01").all("details")[0]
    assert "Số liệu tháng 6/2026: 85.5% – phiếu R-1" in evidence.words


def test_sections_keep_the_order_of_the_plan(client: TestClient) -> None:
    page = page_of(client.get(BOARD).text)
    sections = [row.words for row in page.all("tr") if row.attributes.get("class") == "section"]
    assert sections == ["Nhóm 2: Chính quyền số", "Nhóm 1: Thể chế"]


def test_the_board_can_be_filtered_by_status(client: TestClient) -> None:
    page = page_of(client.get(f"{BOARD}?status=off_track").text)
    assert [row.attributes["id"] for row in page.all("tr") if "id" in row.attributes] == ["ct-04"]


def test_the_coverage_counts_all_indicators_even_when_filtered(read: Read) -> None:
    assert "7/8 chỉ tiêu đã có số liệu" in read(f"{BOARD}?status=off_track")


def test_an_older_month_can_be_looked_at(client: TestClient) -> None:
    address = f"{BOARD}?period={LAST_MONTH}"
    assert cells(client, "ct-01", address)[2:4] == ["70%", "Tháng 5/2026"]


def test_a_month_that_the_snapshot_does_not_hold_is_not_found(client: TestClient) -> None:
    assert client.get(f"{BOARD}?period=2019-01").status_code == 404


def test_the_board_leads_to_the_desks_of_reporting_units_only(client: TestClient) -> None:
    links = {link.attributes["href"] for link in page_of(client.get(BOARD).text).all("a")}
    assert {link for link in links if "/units/" in str(link)} == {
        f"/units/{PLAN}/{UNIT}",
        f"/units/{PLAN}/{SILENT_UNIT}",
    }


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("open", "chặn RNG-01 Chỉ tiêu số 4"),
        ("waived", "Đúng, vì: mới sáp nhập thôn (Nông Thị Hạnh, 09:30 10/07/2026)"),
        ("fixed", "Thiếu mẫu số."),
    ],
)
def test_the_inbox_shows_flags_by_state(client: TestClient, state: str, said: str) -> None:
    sections = page_of(client.get(f"{BOARD}/flags").text).all("section")
    assert said in next(each.words for each in sections if each.attributes["aria-labelledby"] == state)


def test_blocking_flags_come_first(client: TestClient) -> None:
    opened = page_of(client.get(f"{BOARD}/flags").text).all("section")[0]
    assert [row.words.split()[0] for row in opened.all("tr")[1:]] == ["chặn", "cảnh"]


def test_flags_can_be_filtered_by_severity(read: Read) -> None:
    assert "Giá trị 185" not in read(f"{BOARD}/flags?severity=warn")


def test_a_plan_without_flags_says_so(read: Read) -> None:
    assert "Không có cảnh báo nào." in read(f"/plans/{OTHER_PLAN}/flags")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("overdue", "Phòng Kinh tế xã BC-01 Tháng 6/2026 18/06/2026 16 8"),
        ("awaited", "Trung tâm Phục vụ hành chính công xã BC-01 Tháng 7/2026 16/07/2026 8"),
        ("incomplete", "Trung tâm Phục vụ hành chính công xã BC-01 Tháng 6/2026 18/06/2026 7/8"),
    ],
)
def test_outstanding_forms_are_listed_with_their_due_day(client: TestClient, part: str, said: str) -> None:
    sections = page_of(client.get(f"{BOARD}/outstanding").text).all("section")
    assert said in next(each.words for each in sections if each.attributes["aria-labelledby"] == part)


def test_the_outstanding_page_counts_indicators_without_a_figure(read: Read) -> None:
    assert "1/8 chỉ tiêu chưa có số liệu nào tính đến tháng 6/2026" in read(f"{BOARD}/outstanding")


def test_a_task_shows_lead_deadline_and_progress(client: TestClient) -> None:
    assert cells(client, "nv-2", f"{BOARD}/tasks") == [
        "Nhiệm vụ 2",
        "Ban hành kế hoạch số 2",
        "Phòng Kinh tế xã",
        "Trước ngày 30/6/2026 đến 29/06/2026",
        "Quá hạn quá 8 ngày làm việc",
        "Đang làm Tháng 6/2026",
        "62,5%",
    ]


def test_a_task_that_nobody_reported_shows_no_state(client: TestClient) -> None:
    assert cells(client, "nv-3", f"{BOARD}/tasks")[4:] == ["Chưa có báo cáo", "", ""]


def test_tasks_that_no_form_asks_about_are_counted(read: Read) -> None:
    assert "2/3 nhiệm vụ theo dõi đã có báo cáo. 1 nhiệm vụ khác" in read(f"{BOARD}/tasks")


def test_tasks_can_be_filtered_by_status(read: Read) -> None:
    assert "Ban hành kế hoạch số 2" not in read(f"{BOARD}/tasks?status=done")


def test_packages_are_listed_with_their_states(read: Read) -> None:
    assert "Tháng 5/2026 1 Đã duyệt lập 09:30 10/07/2026 duyệt 09:30 10/07/2026 Tải tệp .zip" in read("/extracts")


def test_a_package_that_waits_for_approval_says_so(client: TestClient) -> None:
    row = next(row for row in page_of(client.get("/extracts").text).all("tr") if UNAPPROVED in row.words)
    assert "Chờ duyệt" in row.words


def test_a_package_whose_zip_is_gone_has_no_link(client: TestClient) -> None:
    row = next(row for row in page_of(client.get("/extracts").text).all("tr") if GONE in row.words)
    assert "không còn trên máy chủ" in row.words


def test_the_desk_lists_the_forms_of_a_unit_newest_first(client: TestClient) -> None:
    table = page_of(client.get(f"/units/{PLAN}/{UNIT}").text).all("table")[0]
    periods = [row.all("th")[0].words for row in table.all("tr")[1:]]
    assert periods == ["Tháng 7/2026", "Tháng 6/2026", "Tháng 5/2026"]


def test_the_desk_tells_what_became_of_a_form(client: TestClient) -> None:
    table = page_of(client.get(f"/units/{PLAN}/{UNIT}").text).all("table")[0]
    june = next(row.words for row in table.all("tr") if "Tháng 6/2026" in row.words)
    assert "đã nhận, muộn Ô đã điền: 7/8" in june


def test_a_receipt_shows_its_findings_in_vietnamese(client: TestClient) -> None:
    receipt = row_of(client.get(f"/units/{PLAN}/{UNIT}").text, "R-1").words
    assert "lưu ý NUM-04 BC-01 · E7 Ô E7: số “1.234” đọc là 1234, hãy kiểm tra lại." in receipt


def test_a_refused_file_whose_plan_was_not_read_is_on_its_sender_s_desk(client: TestClient) -> None:
    assert "Không nhận được, cần sửa" in row_of(client.get(f"/units/{PLAN}/{UNIT}").text, "R-2").words


def test_a_desk_does_not_show_what_another_unit_sent(read: Read) -> None:
    assert "R-3" not in read(f"/units/{PLAN}/{UNIT}")


def test_the_newest_receipt_comes_first(client: TestClient) -> None:
    articles = page_of(client.get(f"/units/{PLAN}/{UNIT}").text).all("article")
    assert [article.attributes["id"] for article in articles] == ["R-1", "R-2"]


@pytest.mark.parametrize(
    "address",
    [
        "/plans/khong-co",
        "/plans/khong-co/flags",
        "/plans/khong-co/outstanding",
        "/plans/khong-co/tasks",
        f"/units/{PLAN}/khong-co",
        f"/units/khong-co/{UNIT}",
        f"/units/{OTHER_PLAN}/{UNIT}",
        "/khong-co",
    ],
)
def test_an_unknown_key_is_answered_by_a_page_that_leads_on(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, "Không tìm thấy trang" in words_of(answer.text)) == (404, True)


def test_figures_in_english_have_a_decimal_point(client: TestClient) -> None:
    assert cells(client, "ct-01", f"{BOARD}?lang=en")[2:4] == ["85.5%", MONTH]
