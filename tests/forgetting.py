"""What tests of forgetting share."""

from __future__ import annotations

from datetime import timedelta

from open311.actions.base.actor import SYSTEM
from open311.actions.base.environment import Environment
from open311.actions.privacy.retention import run_retention
from open311.domain.moment import now
from open311.domain.retention import Kind


def forgotten(environment: Environment, after: timedelta = timedelta()) -> dict[Kind, int]:
    """Let so much time pass and run the rules; answers how much of each kind went."""
    return {swept.kind: swept.count for swept in run_retention(environment, SYSTEM, now() + after)}
