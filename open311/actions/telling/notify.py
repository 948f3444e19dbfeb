"""The promise to tell people of a change: a job that exists if and when the change does."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer


def tell(environment: Environment, jurisdiction: str, service_request: int, update_id: str | None = None) -> None:
    """Queue telling everybody whom a public update concerns; in a sandbox, nobody is told.

    ``update_id`` is the UUID of the update; None stands for the filing. Updates of one service request are told in the
    order in which they happened.
    """
    city = environment.city.jurisdictions.get(jurisdiction)
    if city and not city.sandbox:
        case = f"notify {service_request}"
        defer(environment, "notify", one_by_one=case, service_request=service_request, update_id=update_id)
