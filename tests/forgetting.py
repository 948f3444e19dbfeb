"""What tests of forgetting share."""

from __future__ import annotations

from datetime import timedelta

from open311.actions.base.actor import SYSTEM
from open311.actions.base.environment import Environment
from open311.actions.privacy.retention import run_retention
from open311.domain.moment import now

AGE = timedelta(days=40_000)
"""Longer than any rule."""


def forgotten(environment: Environment, after: timedelta = timedelta()) -> dict[str, int]:
    """Let time pass, run the rules, and return how much of each span was forgotten."""
    return {swept.span: swept.count for swept in run_retention(environment, SYSTEM, now() + after)}
