"""Who may import whom, who may read the environment, and how SQL may not be made: read from the source (ast)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from warehouse.settings import PROJECT

MAY_IMPORT = {
    "warehouse": set(),
    "plans": {"warehouse"},
    "ingestion": {"plans", "warehouse"},
    "expectations": {"plans", "warehouse"},
    "web": {"plans", "warehouse"},
    # Both only wire, so they may use everything, and nothing may use them.
    "cli": {"plans", "warehouse", "ingestion", "expectations", "web"},
    "dags": {"plans", "warehouse", "ingestion", "expectations", "dag_common"},
}
OURS = {*MAY_IMPORT, "dag_common"}
# warehouse/settings.py is where settings come from; it needs no entry, since pydantic-settings does the reading.
ENVIRONMENT_READERS = {
    "warehouse/dbt.py": "hands the environment on to dbt's process",
    "warehouse/airflow/environment.py": "hands the environment on to Airflow's processes",
    "cli/service.py": "hands the environment on to the pages' process",
    "ingestion/cage/lane.py": "hands a few named variables on to the cage's process",
    "ingestion/portal/simulator/process.py": "hands the environment on to the simulator's process",
    "ingestion/portal/simulator/__main__.py": "is that process: takes the password its parent handed on",
    "expectations/judge.py": "Great Expectations takes its switch for usage reports from the environment only",
}
TEXT_OF_SQL = {"text", "exec_driver_sql"}


def source_files(package: str) -> list[Path]:
    return sorted((PROJECT / package).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Every imported module, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def uses_environment(tree: ast.AST) -> bool:
    """`os.environ`, `os.getenv`, and the same names brought in by `from os import …`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}:
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            return any(alias.name in {"environ", "environb", "getenv"} for alias in node.names)
    return False


def is_put_together(text: ast.expr) -> bool:
    """An f-string with a hole, `%`, `+`, `.format` or `.join`: text that a value can flow into."""
    if isinstance(text, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in text.values)
    if isinstance(text, ast.BinOp):
        return True
    return (
        isinstance(text, ast.Call)
        and isinstance(text.func, ast.Attribute)
        and text.func.attr in {"format", "format_map", "join", "replace"}
    )


def built_sql(tree: ast.AST) -> list[int]:
    """Lines where text that was put together is handed over as SQL, directly or through a local name."""
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_put_together(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called_name(node) in TEXT_OF_SQL and node.args
        if is_put_together(node.args[0]) or (isinstance(node.args[0], ast.Name) and node.args[0].id in names)
    ]


def called_name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def offenders(check: Callable[[ast.Module], object]) -> list[str]:
    """The files of our packages for which a check holds."""
    return [
        path.relative_to(PROJECT).as_posix()
        for package in MAY_IMPORT
        for path in source_files(package)
        if check(tree_of(path))
    ]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_the_packages_below_it(package: str) -> None:
    allowed = {package, *MAY_IMPORT[package]}
    forbidden = {
        f"{path.relative_to(PROJECT).as_posix()} imports {module}"
        for path in source_files(package)
        for module in imported_modules(tree_of(path))
        if module.split(".")[0] in OURS - allowed
    }
    assert forbidden == set()


def test_every_import_names_its_module_in_full() -> None:
    assert offenders(lambda tree: any(module.startswith(".") for module in imported_modules(tree))) == []


def test_nothing_imports_the_tests_or_the_benchmarks() -> None:
    assert offenders(lambda tree: {"tests", "benchmarks"} & {m.split(".")[0] for m in imported_modules(tree)}) == []


def test_the_environment_is_read_only_where_settings_are_made_or_handed_to_a_child_process() -> None:
    assert set(offenders(uses_environment)) == set(ENVIRONMENT_READERS)


def test_no_sql_is_put_together_from_text() -> None:
    assert offenders(built_sql) == []


def test_nothing_prints() -> None:
    printing = offenders(
        lambda tree: any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            for node in ast.walk(tree)
        )
    )
    assert printing == []


@pytest.mark.parametrize(
    "line",
    [
        'sa.text(f"select * from {name}")',
        'sa.text("select * from %s" % name)',
        'connection.exec_driver_sql("select * from " + name)',
        'text("select * from {}".format(name))',
        'sql = f"drop table {name}"; connection.exec_driver_sql(sql)',
    ],
)
def test_the_check_sees_sql_that_is_put_together(line: str) -> None:
    assert built_sql(ast.parse(line)) == [1]


@pytest.mark.parametrize("line", ['sa.text("CHECKPOINT")', "connection.exec_driver_sql(question)", 'reader.text("ky")'])
def test_the_check_leaves_fixed_sql_and_a_reader_s_own_question_alone(line: str) -> None:
    assert built_sql(ast.parse(line)) == []


@pytest.mark.parametrize("line", ["import os; os.environ['A']", "import os; os.getenv('A')", "from os import environ"])
def test_the_check_sees_every_way_to_read_the_environment(line: str) -> None:
    assert uses_environment(ast.parse(line))
