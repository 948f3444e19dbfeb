"""Every column that can hold personal data belongs to one kind, and every kind says what becomes of it."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from open311 import models
from open311.actions.accounts.saved_filters import save_filter
from open311.actions.accounts.staff import grant_role, revoke_grant
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.privacy import kinds
from open311.actions.privacy.erase import erase_person
from open311.actions.privacy.export import export_person
from open311.actions.privacy.kind import columns_of
from open311.actions.privacy.registry import EXPIRIES, KINDS, find_kinds
from open311.catalog.location import city_directory
from open311.domain.person import Who
from open311.domain.roles import Grant, Role
from open311.models.base import database
from tests.privacy.conftest import HERE, STAFF, Person, Traces
from tests.privacy.not_personal import IN_EVERY_TABLE, NOT_PERSONAL

RULES = city_directory() / "config" / "privacy.yaml"
OF_THE_QUEUE = "procrastinate_"
"""The tables of the queue are not among our models."""


def every_column() -> set[str]:
    for module in walk_packages(models.__path__, f"{models.__name__}."):
        if ".migrations" not in module.name:
            import_module(module.name)
    return {f"{table.name}.{column.name}" for table in database.metadata.tables.values() for column in table.columns}


CLAIMED = {column: name for name, kind in KINDS.items() for column in columns_of(kind.columns)}
LISTED = Counter(column for columns in NOT_PERSONAL.values() for column in columns_of(columns))


def decided(column: str) -> bool:
    return column in CLAIMED or column in LISTED or column.partition(".")[2] in IN_EVERY_TABLE


def test_every_column_belongs_to_a_kind_or_was_found_to_tell_of_nobody() -> None:
    undecided = sorted(column for column in every_column() if not decided(column))
    assert undecided == [], "claim them in actions/privacy/kinds, or name them in tests/privacy/not_personal.py"


def test_no_column_belongs_to_two_kinds_or_to_a_kind_and_the_list() -> None:
    claims = Counter(column for kind in KINDS.values() for column in columns_of(kind.columns))
    assert {column for column, times in (claims + LISTED).items() if times > 1} == set()


def test_what_is_claimed_or_listed_exists() -> None:
    named = {column for column in {*CLAIMED, *LISTED} if not column.startswith(OF_THE_QUEUE)}
    assert named - every_column() == set()


def test_wherever_somebody_leaves_a_trace_a_kind_claims_the_column(ann: Person, traces: Traces) -> None:
    assert {column for column in traces(ann) if "." in column and column not in CLAIMED} == set()


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_erases_or_says_why_it_stays(name: str) -> None:
    kind = KINDS[name]
    assert kind.erase or kind.stays


def test_no_two_kinds_share_a_section_a_count_or_a_span() -> None:
    every = KINDS.values()
    for names in (
        [kind.section.name for kind in every if kind.section],
        [kind.tally.name for kind in every if kind.tally],
        [expiry.name for kind in every for expiry in kind.expiries],
    ):
        assert len(names) == len(set(names))


def test_days_count_from_where_the_file_says_under_its_two_headings() -> None:
    _, after_closing, after_its_end = re.split(r"^  # Counted from .*$", RULES.read_text("utf-8"), flags=re.MULTILINE)
    for part, of_cases in ((after_closing, True), (after_its_end, False)):
        listed = re.findall(r"^  (\w+):", part, flags=re.MULTILINE)
        assert sorted(listed) == sorted(name for name, each in EXPIRIES.items() if each.span.after_closing is of_cases)


NEW_KIND = """
from open311.actions.privacy.kind import Expiry, Kind, Section, delete_rows
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.sections import own_rows

KIND = Kind(
    rank=1,
    columns="webhook: url",
    section=Section("hooks", "Your hooks", own_rows("webhook", "url", "jurisdiction = ANY(:emails)")),
    stays="It is one of a test.",
    expiries=(Expiry("hooks", old_rows("webhook", "removed_at"), delete_rows("webhook")),),
)
"""


def test_a_new_kind_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hooks.py").write_text(NEW_KIND, "utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    assert [*find_kinds()] == ["hooks", *KINDS]


def test_who_worked_for_the_city_is_shown_and_rid_of_their_saved_filters(
    app: Flask, city: Connection, environment: Environment
) -> None:
    email = "zed@example.org"
    account = grant_role(environment, email, Grant(Role.AGENT), STAFF, "Zed")
    actor = Actor("staff", account=account, grants=(Grant(Role.AGENT),))
    save_filter(environment, HERE, actor, "Reports of Mrs Doe", "q=doe")
    revoke_grant(city.execute(text("SELECT max(key) FROM role_grant")).scalar_one(), STAFF)
    who = Who.read(email)
    document = export_person(environment, who, STAFF).document
    assert [(each["name"], each["query"]) for each in document["saved_filters"]] == [("Reports of Mrs Doe", "q=doe")]
    erase_person(environment, who, STAFF)
    database.session.remove()
    assert city.scalar(text("SELECT count(*) FROM saved_filter")) == 0
