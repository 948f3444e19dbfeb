"""Render publications again, in steps that commit one by one."""

from __future__ import annotations

from collections.abc import Iterator

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer, transaction
from open311.actions.publications.publish import publish
from open311.queries.publications.rendering import keys_after

CASES_PER_STEP = 2_000
"""How many service requests are rendered in one transaction."""

PRIORITY = -1
"""The job priority of rendering a service again: below all others, because it takes long and no letter should wait."""


def republish_later(environment: Environment, jurisdiction: str, service_code: str) -> None:
    """Queue a job that renders a service again."""
    defer(environment, "republish_service", priority=PRIORITY, jurisdiction=jurisdiction, service_code=service_code)


def republish(
    environment: Environment, jurisdiction: str | None = None, service_code: str | None = None
) -> Iterator[int]:
    """Publish everything again, or one jurisdiction, or one service; yield how many are done so far. Safe to repeat."""
    after = done = 0
    while keys := _step(environment, jurisdiction, service_code, after):
        after = max(keys)
        done += len(keys)
        yield done


@transaction
def _step(environment: Environment, jurisdiction: str | None, service_code: str | None, after: int) -> list[int]:
    keys = keys_after(after, jurisdiction, service_code, CASES_PER_STEP)
    if keys:
        publish(environment, keys)
    return keys
