"""Check what no schema can: that a city's files agree with one another, and that dates and time zones exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from open311.catalog.bounds import bounds_fault
from open311.catalog.faults import Fault
from open311.catalog.files import Files, text, texts
from open311.catalog.public_holidays import holiday_names
from open311.catalog.recurring import day_in_year
from open311.catalog.source import Source, Where
from open311.domain.definition import Datatype

_LISTS = {"singlevaluelist": 2, "multivaluelist": 1}
"""The least number of values of each kind of list; one value leaves nothing to choose, but can be ticked."""

_WITHOUT_VALUES = frozenset(datatype.value for datatype in Datatype if not datatype.is_list)
"""The datatypes that are not lists, and have no values."""


def check_rules(files: Files) -> Iterator[Fault]:
    """Find faults within and between the files. It copes with any shape, so that all faults are reported at once."""
    if files.city:
        yield from _jurisdictions(files, files.city)
        yield from _endpoints(files, files.city)
    for source, key in ((files.departments, "departments"), (files.boundaries, "layers")):
        if source:
            yield from _unique_codes(files, source, key)
    if files.boundaries:
        yield from _layers(files, files.boundaries)
    taken: dict[tuple[str, str], str] = {}
    for source in files.services:
        if isinstance(source.data, dict):
            yield from _service(files, source, taken)
            yield from _attributes(source)


def _jurisdictions(files: Files, source: Source) -> Iterator[Fault]:
    seen: set[str] = set()
    for where, item in source.entries("jurisdictions"):
        key, like = text(item, "key"), text(item, "like")
        if key in seen:
            yield source.fault((*where, "key"), f"a jurisdiction {key!r} stands here already")
        seen.add(key)
        if like and (like not in files.jurisdictions or like == key):
            yield source.fault((*where, "like"), f"there is no other jurisdiction {like!r}")
        elif like and text(files.jurisdictions[like], "like"):
            yield source.fault((*where, "like"), f"{like!r} is like another itself; name that one")
        yield from _zone(source, (*where, "timezone"), text(item, "timezone"))
        whole = files.jurisdictions.get(key, item)
        if reason := bounds_fault(item.get("bounds"), text(whole, "timezone")):
            yield source.fault((*where, "bounds"), reason)
        if isinstance(calendar := item.get("calendar"), dict):
            language = next(iter(texts(files.jurisdictions.get(key, {}), "languages")), "en")
            yield from _calendar(source, (*where, "calendar"), calendar, language)


def _zone(source: Source, where: Where, name: str) -> Iterator[Fault]:
    if not name:
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        yield source.fault(where, f"there is no time zone {name!r}")


def _calendar(source: Source, where: Where, calendar: dict[str, Any], language: str) -> Iterator[Fault]:
    opens, closes = text(calendar, "opens"), text(calendar, "closes")
    if opens and closes and opens >= closes:
        yield source.fault((*where, "closes"), f"{closes} is not after {opens}")
    holidays = calendar.get("holidays")
    if not isinstance(holidays, dict):
        return
    where = (*where, "holidays")
    country, subdivision = text(holidays, "country"), text(holidays, "subdivision")
    left_out = holidays.get("not")
    try:
        known = holiday_names(country, subdivision, language)
    except ValueError as fault:
        yield source.fault((*where, "country"), str(fault))
    else:
        for position, name in enumerate(left_out if isinstance(left_out, list) else []):
            if name not in known:
                yield source.fault((*where, "not", position), f"{name!r} is not one of {', '.join(sorted(known))}")
    also = holidays.get("also")
    for position, item in enumerate(also if isinstance(also, list) else []):
        if isinstance(item, dict) and (day := text(item, "date")):
            yield from _day(source, (*where, "also", position, "date"), day)


def _day(source: Source, where: Where, written: str) -> Iterator[Fault]:
    try:
        day_in_year(written, 2024)
    except ValueError:
        yield source.fault(where, f"there is no day {written!r}")


def _endpoints(files: Files, source: Source) -> Iterator[Fault]:
    paths: list[str] = []
    for where, item in source.entries("endpoints"):
        path = text(item, "path")
        for other in paths:
            if f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/"):
                yield source.fault((*where, "path"), f"{path} and {other} lie within one another")
        paths.append(path)
        ids: dict[str, str] = {}
        yield from _known_jurisdictions(files, source, where, item)
        for position, key in enumerate(texts(item, "jurisdictions")):
            if key in files.jurisdictions:
                name = text(files.jurisdictions[key], "jurisdiction_id")
                if ids.setdefault(name, key) != key:
                    reason = f"{ids[name]} and {key} both have the jurisdiction_id {name!r}; clients could not choose"
                    yield source.fault((*where, "jurisdictions", position), reason)


def _known_jurisdictions(files: Files, source: Source, where: Where, item: dict[str, Any]) -> Iterator[Fault]:
    if not files.jurisdictions:
        return  # city.yaml itself is at fault, which is reported there.
    for position, key in enumerate(texts(item, "jurisdictions")):
        if key not in files.jurisdictions:
            reason = f"there is no jurisdiction {key!r}; known are {', '.join(files.jurisdictions)}"
            yield source.fault((*where, "jurisdictions", position), reason)


def _unique_codes(files: Files, source: Source, key: str) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for where, item in source.entries(key):
        code = text(item, "code")
        pairs = {(jurisdiction, code) for jurisdiction in files.belongs(item)}
        if code and pairs & seen:
            yield source.fault((*where, "code"), f"{code!r} stands here already")
        seen |= pairs
        yield from _known_jurisdictions(files, source, where, item)


def _layers(files: Files, source: Source) -> Iterator[Fault]:
    for where, item in source.entries("layers"):
        for key in ("valid_from", "valid_to"):
            if day := text(item, key):
                yield from _day(source, (*where, key), day)
        if text(item, "valid_from") and text(item, "valid_to") and text(item, "valid_from") > text(item, "valid_to"):
            yield source.fault((*where, "valid_to"), "must not be before valid_from")
        sample = text(item, "sample_file")
        if sample and not (files.directory / sample).is_file():
            yield source.fault((*where, "sample_file"), f"there is no file {sample}")


def _service(files: Files, source: Source, taken: dict[tuple[str, str], str]) -> Iterator[Fault]:
    item: dict[str, Any] = source.data
    code, department, layer = (text(item, key) for key in ("service_code", "department", "location_layer"))
    stem = PurePosixPath(source.name).stem
    if code and code != stem:
        yield source.fault(("service_code",), f"{code!r} must be the file's name, {stem!r}")
    yield from _known_jurisdictions(files, source, (), item)
    keys = files.belongs(item)
    for other in {taken.setdefault((key, code), source.name) for key in keys if code} - {source.name}:
        yield source.fault(("service_code",), f"{code!r} is already the code of {other}")
    if files.departments and department:
        lacking = set(keys) - _known_for(files, files.departments, "departments", department)
        if lacking:
            reason = f"there is no department {department!r} in config/departments.yaml for {_all(lacking)}"
            yield source.fault(("department",), reason)
    if layer and text(item, "location") != "boundary":
        yield source.fault(("location_layer",), "only goes with location: boundary")
    elif not layer and text(item, "location") == "boundary":
        yield source.fault(("location",), "boundary needs a location_layer")
    elif layer and files.boundaries:
        lacking = set(keys) - _known_for(files, files.boundaries, "layers", layer)
        if lacking:
            reason = f"there is no layer {layer!r} in config/boundaries.yaml for {_all(lacking)}"
            yield source.fault(("location_layer",), reason)
    if isinstance(sla := item.get("sla"), dict) and _later(text(sla, "acknowledge"), text(sla, "resolve")):
        yield source.fault(("sla", "acknowledge"), f"{sla['acknowledge']} is longer than {sla['resolve']} to resolve")


def _known_for(files: Files, source: Source, key: str, code: str) -> set[str]:
    """Return the jurisdictions that items with this code belong to."""
    return {
        jurisdiction
        for _, item in source.entries(key)
        if text(item, "code") == code
        for jurisdiction in files.belongs(item)
    }


def _all(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))


def _later(one: str, other: str) -> bool:
    """Return whether a span is surely longer than another; days and hours of different kinds are not compared."""
    (amount, _, unit), (limit, _, limit_unit) = one.partition(" "), other.partition(" ")
    comparable = unit.rstrip("s") == limit_unit.rstrip("s") and amount.isdigit() and limit.isdigit()
    return comparable and int(amount) > int(limit)


def _attributes(source: Source) -> Iterator[Fault]:
    seen: set[str] = set()
    for where, item in source.entries("attributes"):
        code, datatype = text(item, "code"), text(item, "datatype")
        if code and code in seen:
            yield source.fault((*where, "code"), f"{code!r} stands here already")
        seen.add(code)
        values = item.get("values")
        count = len(values) if isinstance(values, dict) else 0
        if item.get("variable") is False:
            for key in ("required", "public"):
                if item.get(key) is True:
                    yield source.fault((*where, key), "a notice (variable: false) is not answered")
            if datatype in _LISTS or values:
                yield source.fault((*where, "values"), "a notice (variable: false) has no values to choose from")
        elif count < _LISTS.get(datatype, 0):
            needed = "two values" if _LISTS[datatype] > 1 else "one value"
            yield source.fault((*where, "values"), f"a {datatype} needs at least {needed}")
        elif datatype in _WITHOUT_VALUES and values is not None:
            yield source.fault((*where, "values"), f"only lists have values, not a {datatype}")
        if isinstance(values, dict) and len(names := [*values.values()]) > len({str(name) for name in names}):
            yield source.fault((*where, "values"), "two values have the same name")
