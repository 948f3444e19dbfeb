"""Where SQL may be spoken, and how: only queries select, only actions write, parameters are named in one way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "open311"
READS = re.compile(r"^\s*SELECT\b")
WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE \w+ |DELETE FROM)")
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b|\bpg_(try_)?advisory_xact_lock\b|\bsetval\(")
"""A SELECT that takes a lock or sets a sequence changes something, so actions may run it."""
SQL = re.compile(r"^\s*(SELECT\s|INSERT INTO\s|UPDATE \w+|DELETE FROM\s|WITH \w+ AS\b)")
PSYCOPG = re.compile(r"%s|%\(\w+\)s")


def texts(folder: str) -> Iterator[tuple[str, str]]:
    """Every string of the code below a folder that is no docstring, with its file and line; f-strings with gaps."""
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if id(node) in alone or id(node) in inside:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", text


def found(folder: str, pattern: re.Pattern[str], but: re.Pattern[str] | None = None) -> list[str]:
    """Where a string matches the pattern, and does not contain ``but``."""
    return [place for place, text in texts(folder) if pattern.search(text) and not (but and but.search(text))]


def test_actions_read_nothing_by_themselves() -> None:
    assert found("actions", READS, but=LOCKS) == []


def test_queries_write_nothing() -> None:
    assert found("queries", WRITES) == []


@pytest.mark.parametrize("folder", ["adapters", "api", "catalog", "domain", "entrypoints", "jobs", "web", "wire"])
def test_no_other_floor_speaks_sql(folder: str) -> None:
    assert found(folder, SQL) == []


@pytest.mark.parametrize("folder", ["actions", "queries"])
def test_parameters_are_named_in_one_way(folder: str) -> None:
    assert [place for place, text in texts(folder) if SQL.search(text) and PSYCOPG.search(text)] == []


def test_sqlalchemy_selects_in_actions_only_the_row_that_it_locks() -> None:
    using = [
        str(path.relative_to(PACKAGE))
        for path in sorted((PACKAGE / "actions").rglob("*.py"))
        if re.search(r"\bselect\(", path.read_text())
    ]
    assert using == ["actions/cases/case.py"]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("SELECT key FROM account", True),
        ("\n    SELECT key FROM account WHERE key = :key FOR UPDATE", False),
        ("INSERT INTO message SELECT key FROM account", False),
        ("SELECT pg_advisory_xact_lock(1)", False),
    ],
)
def test_the_rule_knows_a_read_from_a_lock(text: str, refused: bool) -> None:
    assert bool(READS.search(text) and not LOCKS.search(text)) is refused
