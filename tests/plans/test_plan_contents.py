"""Facts of the five documents, typed by a second reader from plans/sources and not copied from the plan files.

Table rows read `printed cell -> what it means`; meaning is comparator, value, then the qualifier;
`text` is a qualitative cell, `blank` one that sets no target.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from plans.reading import read_plans
from plans.records import Frequency, Indicator, Plan, Target, TaskOrigin

PLANS = read_plans()
YEARS = (2025, 2030, 2035, 2040, 2045)
KEPT_UP = "Duy trì/ nâng cấp"

THANG_BINH = {
    "1.": (
        "5G (≥ 40%) -> >=40 5G | 5G (≥ 60%) -> >=60 5G | 5G (80%) -> =80 5G | "
        "6G (100%) -> =100 6G | 6G (100%) -> =100 6G"
    ),
    "2.": "≥ 85% -> >=85 | 100% -> =100 | 100% -> =100 | - -> blank | - -> blank",
    "3.": "90% -> =90 | 100% -> =100 | 100% -> =100 | - -> blank | - -> blank",
    "4.": "2,26% -> =2.26 | 3% -> =3 | 3,5% -> =3.5 | 3,8% -> =3.8 | 4% -> =4",
    "5.": "80% -> =80 | 90% -> =90 | 95% -> =95 | 97% -> =97 | 99% -> =99",
    "6.": (
        f"Có -> text | {KEPT_UP} -> text {KEPT_UP} | "
        f"{KEPT_UP}; áp dụng một số công nghệ chiến lược -> text {KEPT_UP} | "
        f"{KEPT_UP}; Làm chủ một số công nghệ chiến lược, công nghệ số -> text {KEPT_UP} | "
        f"{KEPT_UP}; Làm chủ một số công nghệ chiến lược, công nghệ số -> text {KEPT_UP}"
    ),
    "7.": "- -> blank | 1 -> =1 | 2 -> =2 | 2 -> =2 | 3 -> =3",
    "8.": "- -> blank | 1 -> =1 | 2 -> =2 | 3 -> =3 | 5 -> =5",
    "9.": "15% -> =15 | 17% -> =17 | 20% -> =20 | 22% -> =22 | 25% -> =25",
    "10.": "≥ 70% -> >=70 | 98% -> =98 | 100 -> =100 | - -> blank | - -> blank",
    "11.": "≥ 90% -> >=90 | 97% -> =97 | 100% -> =100 | 100% -> =100 | 100% -> =100",
    "12.": "100% -> =100 | 100% -> =100 | 100% -> =100 | 100% -> =100 | 100% -> =100",
    "13.": "≥70% -> >=70 | ≥ 80% -> >=80 | ≥ 95% -> >=95 | 100% -> =100 | 100% -> =100",
    "14.": "- -> blank | 36% -> =36 | 50% -> =50 | 70% -> =70 | 80% -> =80",
    "15.": ">92% -> >92 | >95% -> >95 | 100% -> =100 | 100% -> =100 | 100% -> =100",
    "16.": "80% -> =80 | 90% -> =90 | 95% -> =95 | 100% -> =100 | 100% -> =100",
    "17.": "50% -> =50 | 80% -> =80 | 90% -> =90 | 100% -> =100 | 100% -> =100",
    "18.": "- -> blank | 25% -> =25 | 30% -> =30 | 50% -> =50 | 100% -> =100",
    "19.": "20,1% -> =20.1 | 25% -> =25 | 27% -> =27 | 29% -> =29 | 30% -> =30",
}
THANG_BINH_LEADS = {
    "kinh-te": ["4.", "19."],
    "vhxh": ["1.", "2.", "3.", "5.", "14.", "15."],
    "pvhcc": ["10.", "11.", "12.", "17."],
    "cong-an": ["13."],
    "kinh-te vhxh": ["7.", "8.", "9.", "16.", "18."],
    "kinh-te vhxh dvsnc": ["6."],
}
THANG_BINH_BODY = [">90", "=80", ">40", ">0.65"]

THANH_THUY_FIGURES = {
    "1": "=100",
    "2": "=100 >=80",
    "3": ">=90 text",
    "4": "=100",
    "5": "=95",
    "6": "=100 =100",
    "7": "=95",
    "8": "=100",
    "9": "=100",
    "10": "=100 =100",
    "11": "=100 =100",
    "12": "text",
    "13": "text",
}
THANH_THUY_ROW_LEADS = {
    "Trung tâm phục vụ HCC": ["1", "2", "3", "4", "5", "6", "7"],
    "Phòng Văn hóa - Xã hội": ["8"],
    "Các phòng, đơn vị thuộc UBND xã": ["9", "11", "13"],
    "Văn phòng HĐND và UBND và các phòng, đơn vị thuộc UBND xã": ["10"],
    "Văn phòng HĐND&UBND": ["12"],
}
THANH_THUY_TASKS = """
1 | UBND xã | Nhiệm vụ Thường xuyên
2 | Trung tâm Dịch vụ sự nghiệp công | Nhiệm vụ Thường xuyên
3 | Phòng Văn hóa - Xã hội | Năm 2026
4 | Phòng Văn hóa - Xã hội | Quý I/2026
5 | Trung tâm phục vụ hành chính công | Nhiệm vụ thường xuyên
6 | Phòng Văn hóa - Xã hội | Năm 2026
7 | Phòng Kinh tế | Năm 2026
8 | Trung tâm phục vụ hành chính công | Năm 2026
9 | Các phòng, ban liên quan | Nhiệm vụ thường xuyên (sau khi có hướng dẫn của cấp trên)
10 | Các phòng, ban liên quan | Nhiệm vụ thường xuyên
11 | Các phòng, ban liên quan | Năm 2026
12 | Các phòng, ban liên quan | Nhiệm vụ thường xuyên
13 | Phòng Văn hóa Xã hội | Năm 2026
14 | Phòng Kinh tế | Năm 2026
15 | Văn phòng HĐND&UBND | Năm 2026
16 | Phòng Kinh tế | Năm 2026
17 | Các phòng, ban liên quan | Năm 2026
18 | Các phòng, ban liên quan | Năm 2026
"""

# Per group: deadlines of its tasks in order, then its number of "Kết quả cần đạt".
STANDING = "Thực hiện thường xuyên"
THIEN_TAN_GROUPS: dict[int, tuple[list[str], int]] = {
    1: (["Trước ngày 30/4/2026", *4 * [STANDING]], 2),
    2: ([STANDING, STANDING], 1),
    3: ([STANDING, STANDING, "Tháng 12/2026", "Tháng 12/2026"], 5),
    4: (
        [
            "Đã thực hiện xong",
            "trong Quý II năm 2026",
            STANDING,
            "Theo kế hoạch của Sở Khoa học và Công nghệ",
            STANDING,
        ],
        8,
    ),
    5: ([*5 * [STANDING], "Tháng 6/2026"], 3),
    6: (3 * [STANDING], 9),
    7: ([STANDING, "Trong năm 2026"], 2),
    8: ([STANDING, "Theo kế hoạch của tỉnh", STANDING], 3),
    9: ([STANDING], 3),
    10: (5 * [STANDING], 2),
    11: (4 * [STANDING], 3),
}
THIEN_TAN_FIGURES = {
    "an": "=100",
    "1": ">=90",
    "2": "=100",
    "3": "=100 >=90 >=50 >=6 =100",
    "4": "=100 >=70 =100 =100 =100 =100 =100 =100 >=95",
    "5": "=100 =100",
    "6": "=100 =100 >=80 >=90 >=95 >=95 =100 =100 =100",
    "7": ">=1 =5",
    "8": "=100 =100 >=90",
    "9": "",
    "10": "=100 =100",
    "11": "",
}

# Per appendix group: the "Thời gian hoàn thành" of every row. Group V row 9 prints none.
YEARLY = "Hàng năm"
ALWAYS = "Thường xuyên"
TWO_YEARS = "Giai đoạn 2025-2026"
KHUC_THUA_DU: dict[int, list[str | None]] = {
    1: [ALWAYS, ALWAYS, "Tháng 7,8 /2025", YEARLY, YEARLY, YEARLY, ALWAYS],
    2: ["Triển khai theo hướng dẫn của cấp trên", YEARLY],
    3: [YEARLY, YEARLY, YEARLY, "Tháng 7/2025, duy trì hàng năm", "Trong năm 2025", "Năm 2025", "Tháng 7/2025"],
    4: [YEARLY, YEARLY, "Khi có văn bản của cấp trên", YEARLY],
    5: [YEARLY, YEARLY, YEARLY, YEARLY, ALWAYS, ALWAYS, TWO_YEARS, ALWAYS, None, ALWAYS, ALWAYS],
    6: [TWO_YEARS, TWO_YEARS, TWO_YEARS],
}
KHUC_THUA_DU_LEADS = {
    1: ["vhxh", "ttvh", "vhxh", "vhxh", "vhxh", "vhxh", "vhxh"],
    2: ["vp-hdnd-ubnd", "vhxh"],
    3: ["kinh-te", "vhxh", "vp-hdnd-ubnd", "vp-hdnd-ubnd", "vp-hdnd-ubnd", "vp-hdnd-ubnd", "vhxh"],
    4: ["vhxh kinh-te", "vhxh", "vhxh", "vhxh"],
    5: ["vhxh", "vp-hdnd-ubnd", "vhxh", "vhxh", "cong-an", "ttvh", "vhxh", "cong-an", "kinh-te", "cong-an", "cong-an"],
    6: ["kinh-te", "phong-ban-lien-quan", "kinh-te"],
}

# plan: (listed tasks, body tasks, duties, quantitative targets)
COUNTS = {
    "thang-binh-2025": (0, 30, 24, 80 + 4 + 1),
    "dan-tien-2025": (0, 33, 8, 1),
    "khuc-thua-du-2025": (34, 5, 5, 1),
    "thien-tan-2026": (40, 0, 9, 35),
    "thanh-thuy-2026": (18, 0, 14, 16),
}
IDENTITIES = {
    "thang-binh-2025": ("16342", "38", "000_9a06822606da4394.txt", dt.date(2025, 12, 1), dt.date(2045, 12, 31)),
    "dan-tien-2025": ("05755", "19", "001_0639612d418ec4a4.txt", dt.date(2025, 12, 1), dt.date(2045, 12, 31)),
    "khuc-thua-du-2025": ("11224", "31", "002_ff53ba8dab67648f.txt", dt.date(2025, 8, 1), None),
    "thien-tan-2026": ("06436", "20", "003_c376c46bef4544c5.txt", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    "thanh-thuy-2026": ("08674", "25", "004_b4498548ca2f699c.txt", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
}


def meaning(target: Target) -> str:
    figure = f"{target.comparator.value}{target.value:f}" if target.comparator and target.value is not None else "text"
    return f"{figure} {target.qualifier or ''}".strip()


def rows(plan: Plan, prefix: str) -> list[Indicator]:
    return [indicator for indicator in plan.indicators if indicator.code.startswith(f"{prefix}-")]


def figures(indicators: list[Indicator]) -> list[str]:
    meanings = [meaning(target).split()[0] for indicator in indicators for target in indicator.targets]
    return [figure for figure in meanings if figure != "text"]


def cell(indicator: Indicator, year: int) -> str:
    targets = [target for target in indicator.targets if target.year == year]
    blanks = [blank for blank in indicator.blank_cells if blank.year == year]
    read = [f"{target.text} -> {meaning(target)}" for target in targets] + [
        f"{blank.text} -> blank" for blank in blanks
    ]
    return " + ".join(read)


def listed_by_group(plan: Plan) -> dict[int, list[str | None]]:
    groups: dict[int, list[str | None]] = {}
    for task in plan.tasks:
        if task.origin is TaskOrigin.LISTED:
            groups.setdefault(int(task.code.split("-")[1]), []).append(task.deadline.text)
    return groups


@pytest.mark.parametrize("stt", list(THANG_BINH))
def test_every_cell_of_the_thang_binh_appendix_is_read_as_printed(stt: str) -> None:
    (indicator,) = [row for row in rows(PLANS["thang-binh-2025"], "ct") if row.stt == stt]
    assert [cell(indicator, year) for year in YEARS] == THANG_BINH[stt].split(" | ")


def test_the_thang_binh_appendix_has_nineteen_rows_due_at_the_end_of_their_years() -> None:
    appendix = rows(PLANS["thang-binh-2025"], "ct")
    assert [indicator.stt for indicator in appendix] == list(THANG_BINH)
    targets = [target for indicator in appendix for target in indicator.targets]
    assert {target.due_on for target in targets} == {dt.date(year, 12, 31) for year in YEARS}


def test_the_thang_binh_appendix_names_the_leads_of_every_row() -> None:
    leads: dict[str, list[str]] = {}
    for indicator in rows(PLANS["thang-binh-2025"], "ct"):
        leads.setdefault(" ".join(indicator.lead_units), []).append(str(indicator.stt))
    assert leads == THANG_BINH_LEADS


def test_the_thang_binh_body_sets_four_figures_for_2030_and_one_without_a_year() -> None:
    plan = PLANS["thang-binh-2025"]
    assert figures(rows(plan, "mt")) == THANG_BINH_BODY
    quantitative = [target for row in rows(plan, "mt") for target in row.targets if target.is_quantitative]
    assert {target.year for target in quantitative} == {2030}
    (undated,) = [target for row in rows(plan, "an") for target in row.targets if target.is_quantitative]
    assert (meaning(undated), undated.year, undated.due_on) == ("=100", None, None)


def test_every_row_of_the_thanh_thuy_appendix_gives_as_many_targets_as_it_prints() -> None:
    read: dict[str, list[str]] = {}
    for indicator in rows(PLANS["thanh-thuy-2026"], "ct"):
        read.setdefault(str(indicator.stt), []).extend(meaning(target) for target in indicator.targets)
    assert {stt: " ".join(texts) for stt, texts in read.items()} == THANH_THUY_FIGURES


def test_every_row_of_the_thanh_thuy_appendix_has_its_lead() -> None:
    leads: dict[str, list[str]] = {}
    for indicator in rows(PLANS["thanh-thuy-2026"], "ct"):
        numbers = leads.setdefault(str(indicator.lead_text), [])
        numbers += [] if str(indicator.stt) in numbers else [str(indicator.stt)]
    assert leads == THANH_THUY_ROW_LEADS


def test_the_thanh_thuy_task_list_hides_one_target_of_at_least_one_model() -> None:
    (hidden,) = rows(PLANS["thanh-thuy-2026"], "an")
    assert figures([hidden]) == [">=1"]


def test_the_eighteen_tasks_of_thanh_thuy_have_their_leads_and_deadlines() -> None:
    listed = [task for task in PLANS["thanh-thuy-2026"].tasks if task.origin is TaskOrigin.LISTED]
    read = [f"{task.stt} | {task.lead_text} | {task.deadline.text}" for task in listed]
    assert read == THANH_THUY_TASKS.strip().splitlines()


def test_thanh_thuy_reports_before_5_june_and_before_10_november() -> None:
    dated = {rule.frequency: rule.due for rule in PLANS["thanh-thuy-2026"].reporting_rules if rule.due}
    assert {frequency: (due.day, due.month, due.is_before) for frequency, due in dated.items()} == {
        Frequency.HALF_YEARLY: (5, 6, True),
        Frequency.YEARLY: (10, 11, True),
    }


@pytest.mark.parametrize("group", list(THIEN_TAN_GROUPS))
def test_every_task_of_a_thien_tan_group_has_its_deadline(group: int) -> None:
    assert listed_by_group(PLANS["thien-tan-2026"])[group] == THIEN_TAN_GROUPS[group][0]


@pytest.mark.parametrize("group", list(THIEN_TAN_GROUPS))
def test_every_result_of_a_thien_tan_group_is_an_indicator(group: int) -> None:
    results = {row.name for row in PLANS["thien-tan-2026"].indicators if row.code.startswith(f"kq-{group}-")}
    assert len(results) == THIEN_TAN_GROUPS[group][1]


def test_the_thresholds_of_thien_tan_stand_in_the_order_of_the_document() -> None:
    read: dict[str, list[str]] = {group: [] for group in THIEN_TAN_FIGURES}
    for row in PLANS["thien-tan-2026"].indicators:
        part, group = row.code.split("-")[:2]
        read.setdefault(group if part == "kq" else part, []).extend(figures([row]))
    assert {group: " ".join(found) for group, found in read.items() if group != "mt"} == THIEN_TAN_FIGURES


def test_a_task_of_thien_tan_with_two_deadlines_is_two_tasks_one_of_them_reported_done() -> None:
    first, second = [task for task in PLANS["thien-tan-2026"].tasks if task.code.startswith("nv-4-01")]
    assert first.name == second.name
    assert (first.deadline.kind, first.deadline.due_on) == ("reported_done", None)
    assert (second.deadline.kind, second.deadline.due_on) == ("quarter", dt.date(2026, 6, 30))


def test_before_30_april_leaves_29_april_as_the_last_day() -> None:
    (task,) = [task for task in PLANS["thien-tan-2026"].tasks if task.code == "nv-1-01"]
    assert task.deadline.due_on == dt.date(2026, 4, 29)


def test_thien_tan_units_report_before_day_20_and_the_focal_unit_before_day_22() -> None:
    rules = PLANS["thien-tan-2026"].reporting_rules
    read = [(rule.reporter_text, rule.due.day, rule.due.is_before, rule.frequency) for rule in rules if rule.due]
    assert read == [
        ("Các phòng, ban chuyên môn, Trung tâm Phục vụ hành chính công", 20, True, Frequency.MONTHLY),
        ("Phòng Văn hoá - Xã hội", 22, True, Frequency.MONTHLY),
    ]


def test_thien_tan_replaces_the_plan_of_january_and_no_other_plan_replaces_one() -> None:
    replaced = {key: [(old.document_number, old.issued_on) for old in plan.supersedes] for key, plan in PLANS.items()}
    assert replaced.pop("thien-tan-2026") == [("14/KH-UBND", dt.date(2026, 1, 15))]
    assert set(map(len, replaced.values())) == {0}


@pytest.mark.parametrize("group", list(KHUC_THUA_DU))
def test_every_row_of_a_khuc_thua_du_group_has_its_deadline_and_lead(group: int) -> None:
    plan = PLANS["khuc-thua-du-2025"]
    assert listed_by_group(plan)[group] == KHUC_THUA_DU[group]
    leads = [" ".join(task.lead_units) for task in plan.tasks if task.code.startswith(f"nv-{group}-")]
    assert leads == KHUC_THUA_DU_LEADS[group]


def test_the_only_figure_of_khuc_thua_du_is_a_certificate_for_every_official_in_july_2025() -> None:
    targets = [target for row in PLANS["khuc-thua-du-2025"].indicators for target in row.targets]
    (only,) = [target for target in targets if target.is_quantitative]
    assert (meaning(only), only.due_on) == ("=100", dt.date(2025, 7, 31))


def test_the_only_figure_of_dan_tien_is_a_quarter_of_leaders_without_a_year() -> None:
    targets = [target for row in PLANS["dan-tien-2025"].indicators for target in row.targets]
    (only,) = [target for target in targets if target.is_quantitative]
    assert (meaning(only), only.unit, only.year, only.due_on) == (">=25 hướng tới", "%", None, None)


def test_dan_tien_reports_by_month_quarter_half_year_year_and_on_request_without_a_day() -> None:
    rules = PLANS["dan-tien-2025"].reporting_rules
    assert [(rule.frequency.value, rule.deadline_text) for rule in rules if rule.recipient.startswith("UBND xã")] == [
        ("monthly", "hằng tháng"),
        ("quarterly", "hằng quý"),
        ("half_yearly", "06 tháng"),
        ("yearly", "01 năm"),
        ("ad_hoc", "đột xuất (khi có yêu cầu)"),
    ]
    assert [rule.due for rule in rules] == len(rules) * [None]


@pytest.mark.parametrize("plan_key", list(COUNTS))
def test_a_plan_has_as_many_tasks_and_figures_as_its_document(plan_key: str) -> None:
    plan = PLANS[plan_key]
    origins = Counter(task.origin for task in plan.tasks)
    quantitative = sum(target.is_quantitative for row in plan.indicators for target in row.targets)
    assert (*(origins[origin] for origin in TaskOrigin), quantitative) == COUNTS[plan_key]


@pytest.mark.parametrize("plan_key", list(IDENTITIES))
def test_a_plan_file_belongs_to_its_commune_document_and_years(plan_key: str) -> None:
    plan = PLANS[plan_key]
    read = (plan.commune_code, plan.province_code, plan.source_file, plan.valid_from, plan.valid_to)
    assert read == IDENTITIES[plan_key]


def test_the_five_plans_are_all_there() -> None:
    assert set(PLANS) >= set(IDENTITIES)
