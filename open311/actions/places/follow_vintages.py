"""Bring what depends on the vintage in force up to date, when another one is: by loading, removing, or a new day."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, wait_for, write_returning
from open311.actions.publications.republish import republish_later
from open311.models.locks import Lock
from open311.models.publications.publication import PublicationChange
from open311.queries.reading import Statement

_CHANGED = Statement(
    """
    UPDATE boundary_layer SET followed = NOT followed
    WHERE followed <> (key IN (SELECT key FROM layer_in_force)) RETURNING jurisdiction, layer
    """
)


@transaction
def follow_vintages(environment: Environment) -> list[str]:
    """Find the layers of which another vintage is in force now; return them as ``jurisdiction: layer``.

    Tags need nothing: a service request has those of every vintage. Validators change, so that nobody is told that
    what a filter finds is still the same, and services whose place is published as a boundary are rendered again.
    """
    wait_for(Lock.BOUNDARIES)
    changed = sorted({(jurisdiction, layer) for jurisdiction, layer in write_returning(_CHANGED)})
    for jurisdiction in {jurisdiction for jurisdiction, _ in changed}:
        add(PublicationChange, {"jurisdiction": jurisdiction})
    for jurisdiction, layer in changed:
        republish_located_by(environment, jurisdiction, layer)
    return [f"{jurisdiction}: {layer}" for jurisdiction, layer in changed]


def republish_located_by(environment: Environment, jurisdiction: str, layer: str) -> None:
    """Have the services rendered again whose place is published as a boundary of a layer."""
    known = environment.city.jurisdictions.get(jurisdiction)
    for service in known.services.values() if known else ():
        if service.location_layer == layer:
            republish_later(environment, jurisdiction, service.service_code)
