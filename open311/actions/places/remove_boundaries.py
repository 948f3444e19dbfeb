"""Remove a vintage of a boundary layer, with the tags of its boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, wait_for, write, write_returning
from open311.actions.places.follow_vintages import republish_located_by
from open311.domain.errors import UnknownBoundary
from open311.models.locks import Lock
from open311.models.publications.publication import PublicationChange
from open311.queries.places.boundaries import layers
from open311.queries.reading import Statement

_REMOVE = Statement(
    """
    WITH gone AS (
        DELETE FROM boundary_layer WHERE jurisdiction = :jurisdiction AND layer = :layer AND vintage = :vintage
        RETURNING key)
    SELECT b.key FROM boundary b JOIN gone ON gone.key = b.layer
    """
)
# Whoever published before has committed, and whoever waits will not see the pieces any more.
_WAIT_FOR_PUBLISHING = Statement("LOCK TABLE request_boundary IN SHARE ROW EXCLUSIVE MODE")
_REMOVE_TAGS = Statement("DELETE FROM request_boundary WHERE boundary = ANY(:boundaries)")


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed from one jurisdiction, and the vintage that is in force now; None if there is none."""

    boundaries: int
    tags: int
    in_force: str | None


@transaction
def remove_boundaries(
    environment: Environment, jurisdictions: Sequence[str], layer: str, vintage: str
) -> dict[str, Removed]:
    """Remove a vintage of a layer from these jurisdictions; return what was removed, by jurisdiction.

    :raises UnknownBoundary: when none of them has it; the sentence names what is loaded.
    """
    wait_for(Lock.BOUNDARIES)
    loaded = {each: [row.vintage for row in layers(each) if row.layer == layer] for each in jurisdictions}
    having = [each for each, vintages in loaded.items() if vintage in vintages]
    if not having:
        names = sorted({f"{layer}@{each}" for vintages in loaded.values() for each in vintages})
        raise UnknownBoundary(f"{layer}@{vintage} is not loaded; loaded are {', '.join(names) or 'none of its kind'}")
    gone = {
        each: [key for (key,) in write_returning(_REMOVE, {"jurisdiction": each, "layer": layer, "vintage": vintage})]
        for each in having
    }
    write(_WAIT_FOR_PUBLISHING)
    return {each: _removed(environment, each, layer, keys) for each, keys in gone.items()}


def _removed(environment: Environment, jurisdiction: str, layer: str, keys: list[int]) -> Removed:
    tags = write(_REMOVE_TAGS, {"boundaries": keys})
    add(PublicationChange, {"jurisdiction": jurisdiction})
    republish_located_by(environment, jurisdiction, layer)
    in_force = next((row.vintage for row in layers(jurisdiction) if row.layer == layer and row.current), None)
    return Removed(len(keys), tags, in_force)
