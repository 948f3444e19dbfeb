"""What tests of forgetting share."""

from __future__ import annotations

from datetime import timedelta

from open311.actions.acts import SYSTEM
from open311.actions.environment import Environment
from open311.actions.retention import run_retention
from open311.domain.retention import Kind
from open311.models.base import now


def forgotten(environment: Environment, after: timedelta = timedelta()) -> dict[Kind, int]:
    """Let so much time pass and run the rules; answers how much of each kind went."""
    return {swept.kind: swept.count for swept in run_retention(environment, SYSTEM, now() + after)}
