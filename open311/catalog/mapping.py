"""Read how a CSV file of past service requests is imported: ``config/imports/*.yaml`` as a frozen object."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from open311.catalog.city import City
from open311.catalog.faults import CatalogError, Fault
from open311.catalog.shape import check_shape
from open311.catalog.source import Source, Where, read_source
from open311.domain.lifecycle import Outcome, Status
from open311.domain.time_grammar import COUNTS

EARLIEST = date(1900, 1, 2)
"""The first day that is believed where a mapping names none; the day before stands for nothing in many databases."""


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
    coordinates_unreadable: str = "reject"


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
    earliest: date = EARLIEST
    delimiter: str | None = None
    encoding: str | None = None
    null_words: frozenset[str] = frozenset()


def read_mapping(path: Path) -> ImportMapping:
    """Read and check an import mapping.

    :raises CatalogError: when the file has faults; it lists all of them, with line and reason.
    """
    source, faults = read_source(path, path.name)
    faults = [*faults, *(_faults(source) if source else [])]
    if faults or source is None:
        raise CatalogError(faults)
    return _mapping(source.data)


def check_mappings(directory: Path, city: City | None) -> list[Fault]:
    """Find every fault of the mappings in ``config/imports`` of a city's directory.

    :param city: what the other files say, to find names that it lacks; None if they are faulty themselves.
    """
    found: list[Fault] = []
    for path in sorted((directory / "config" / "imports").glob("*.y*ml")):
        source, faults = read_source(path, path.relative_to(directory).as_posix())
        found += faults
        if source:
            found += _faults(source) or (_unknown_names(source, city) if city else ())
    return found


def _faults(source: Source) -> list[Fault]:
    return check_shape(source, "import_mapping") or [
        source.fault(where, reason) for where, reason in _reasons(source.data)
    ]


def _reasons(data: dict[str, Any]) -> Iterator[tuple[Where, str]]:
    """Yield what no schema can find."""
    try:
        ZoneInfo(data["zone"])
    except (ZoneInfoNotFoundError, ValueError):
        yield ("zone",), f"{data['zone']!r} is not a time zone"
    orders = {form.find("%d") < form.find("%m") for form in data.get("time_formats", ()) if {*"dm"} <= _fields(form)}
    if len(orders) > 1:
        yield ("time_formats",), "day first and month first cannot both be meant: say one of them"
    for position, form in enumerate(data.get("time_formats", ())):
        if form not in COUNTS and not _is_of_strptime(form):
            yield (
                ("time_formats", position),
                f"{form!r} is not of strptime (%d, %m, ...), nor one of {', '.join(COUNTS)}",
            )
    try:
        date.fromisoformat(data.get("earliest", EARLIEST.isoformat()))
    except ValueError:
        yield ("earliest",), f"{data['earliest']!r} is not a day"
    try:
        codecs.lookup(data.get("encoding", "utf-8"))
    except LookupError:
        yield ("encoding",), f"{data['encoding']!r} is not an encoding"


def _is_of_strptime(form: str) -> bool:
    try:
        datetime.strptime("", form)  # noqa: DTZ007 (only the form is looked at)
    except ValueError as fault:
        return "%" in form and "does not match" in str(fault)
    return False


def _fields(form: str) -> set[str]:
    return set(re.findall("%([a-zA-Z])", form))


def _unknown_names(source: Source, city: City) -> Iterator[Fault]:
    """Yield the names of a jurisdiction and of services that the city does not have."""
    key = source.data.get("jurisdiction", city.first.key)
    if key not in city.jurisdictions:
        yield source.fault(("jurisdiction",), f"there is no {key!r}; there are {', '.join(city.jurisdictions)}")
        return
    known = city.jurisdictions[key]
    named = {("services", theirs): ours for theirs, ours in source.data.get("services", {}).items()}
    named["when", "service_unknown"] = source.data["when"]["service_unknown"]
    for where, code in named.items():
        if code not in known.services and not (where[0] == "when" and code == "reject"):
            yield source.fault(where, f"{known.name} has no service {code!r}")


def _mapping(data: dict[str, Any]) -> ImportMapping:
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
        earliest=date.fromisoformat(data.get("earliest", EARLIEST.isoformat())),
        delimiter="\t" if data.get("delimiter") == "tab" else data.get("delimiter"),
        encoding=data.get("encoding"),
        null_words=frozenset(word.casefold() for word in data.get("null_words", ())),
    )


def _outcomes(words: Map[str, str]) -> dict[str, Outcome]:
    return {word.casefold(): Outcome(outcome) for word, outcome in words.items()}
