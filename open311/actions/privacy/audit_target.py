"""What stands in the audit log where the data of a person was exported or erased."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.domain.person import Who


def audit_target(environment: Environment, who: Who) -> str:
    """Return a mark that is the same for the same person and from which nobody can read who that is."""
    return f"person:{environment.sign_in.seal.mark(str(who))}"
