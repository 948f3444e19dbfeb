"""The promise to tell people of a change: a job that is there if and when the change is."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer


def tell(environment: Environment, jurisdiction: str, service_request: int, update_id: str | None = None) -> None:
    """Tell everybody whom a public update concerns (none: the filing itself), in the order in which it happened.

    A sandbox tells nobody.
    """
    city = environment.city.jurisdictions.get(jurisdiction)
    if city and not city.sandbox:
        case = f"notify {service_request}"
        defer(environment, "notify", one_by_one=case, service_request=service_request, update_id=update_id)
