"""Splitting is told as splitting, also where it was written as a merge before."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.domain.case_ref import CaseRef

BY = Actor("staff:tests")
PARTS = [Part("SR-CL02", "The other half")]
KINDS = text("SELECT kind FROM service_request_update WHERE NOT public ORDER BY key")


def test_splitting_is_no_merge_in_the_history(report: Any, environment: Environment, city: Connection) -> None:
    split(environment, CaseRef("phila.gov", report()), BY, PARTS)
    assert city.scalars(KINDS).all() == ["split"]


def test_what_was_split_before_the_migration_says_so_after_it(
    report: Any, environment: Environment, city: Connection
) -> None:
    number, other = report(), report()
    split(environment, CaseRef("phila.gov", number), BY, PARTS)
    merge(environment, CaseRef("phila.gov", other), BY, number)
    for statement in (
        "ALTER TABLE service_request_update DISABLE TRIGGER append_only",
        "UPDATE service_request_update SET kind = 'merge' WHERE kind = 'split'",
        "ALTER TABLE service_request_update ENABLE TRIGGER append_only",
    ):
        city.execute(text(statement))
    assert set(city.scalars(KINDS)) == {"merge"}
    migration = import_module("open311.models.migrations.versions.0009_split_in_the_history")
    with Operations.context(MigrationContext.configure(city)):
        migration.upgrade()
    assert city.scalars(KINDS).all() == ["split", "merge"]
