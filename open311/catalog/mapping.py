"""Read how a CSV file of past service requests is imported: ``config/imports/*.yaml`` as a frozen object."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from open311.catalog.faults import CatalogError
from open311.catalog.shape import check_shape
from open311.catalog.source import read_source
from open311.domain.lifecycle import Outcome, Status


@dataclass(frozen=True)
class Handling:
    """What to do with unusual rows, in the words of the file (see ``schemas/import_mapping.schema.json``)."""

    number_missing: str
    status_missing: str
    service_unknown: str
    coordinates_missing: str
    coordinates_outside: str
    closed_without_time: str
    closed_before_requested: str


@dataclass(frozen=True)
class ImportMapping:
    """What each column means. ``columns`` names, for each of our fields, the columns to read it from, in order."""

    name: str
    jurisdiction: str | None
    zone: str
    published: bool
    columns: Map[str, tuple[str, ...]]
    statuses: Map[str, Status]
    when: Handling
    time_formats: tuple[str, ...] = ()
    status_outcomes: Map[str, Outcome] = field(default_factory=dict)
    outcomes: Map[str, Outcome] = field(default_factory=dict)
    channels: Map[str, str] = field(default_factory=dict)
    services: Map[str, str] = field(default_factory=dict)


def read_mapping(path: Path) -> ImportMapping:
    """Read and check an import mapping.

    :raises CatalogError: when the file has faults; it lists all of them, with line and reason.
    """
    source, faults = read_source(path, path.name)
    if source:
        faults = [*faults, *check_shape(source, "import_mapping")]
    if faults or source is None:
        raise CatalogError(faults)
    data = source.data
    try:
        ZoneInfo(data["zone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise CatalogError([source.fault(("zone",), f"{data['zone']!r} is not a time zone")]) from None
    return ImportMapping(
        name=data["name"],
        jurisdiction=data.get("jurisdiction"),
        zone=data["zone"],
        published=data.get("published", False),
        columns={
            ours: (theirs,) if isinstance(theirs, str) else tuple(theirs) for ours, theirs in data["columns"].items()
        },
        statuses={word.casefold(): Status(status) for word, status in data["statuses"].items()},
        when=Handling(**data["when"]),
        time_formats=tuple(data.get("time_formats", ())),
        status_outcomes=_outcomes(data.get("status_outcomes", {})),
        outcomes=_outcomes(data.get("outcomes", {})),
        channels=data.get("channels", {}),
        services=data.get("services", {}),
    )


def _outcomes(words: Map[str, str]) -> dict[str, Outcome]:
    return {word.casefold(): Outcome(outcome) for word, outcome in words.items()}
