"""Routing rules, ``config/routing.yaml``: check what the schema cannot, and build them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from open311.catalog.calendar import weekdays
from open311.catalog.faults import Fault
from open311.catalog.files import Files, text, texts
from open311.catalog.recurring import WEEKDAYS
from open311.catalog.source import Source, Where
from open311.domain.boundary_name import BoundaryName
from open311.domain.intake import Intake
from open311.domain.priority import Priority
from open311.domain.routing import Condition, Example, Facts, Hours, Routing, Rule

_NOON = "2026-01-07T12:00"
"""The time of an example that names none: a Wednesday, in working time."""


def build_routing(files: Files, jurisdiction: str, zone: str) -> Routing:
    """Build the rules of one jurisdiction from the checked file; empty if the city has no such file."""
    if files.routing is None:
        return Routing()
    rules = [_rule(item) for _, item in files.routing.entries("rules") if jurisdiction in files.belongs(item)]
    examples = [
        _example(item, zone) for _, item in files.routing.entries("examples") if jurisdiction in files.belongs(item)
    ]
    return Routing(tuple(rules), tuple(examples))


def _rule(item: dict[str, Any]) -> Rule:
    when = item["when"]
    return Rule(
        name=item["name"],
        condition=Condition(
            services=frozenset(when.get("service", ())),
            boundaries=frozenset(when.get("boundary", ())),
            channels=frozenset(when.get("channel", ())),
            words=frozenset(when.get("words", ())),
            answers={code: frozenset(keys) for code, keys in when.get("answers", {}).items()},
            hours=_hours(when["hours"]) if "hours" in when else None,
        ),
        **_decided(item["then"]),
    )


def _decided(item: dict[str, Any]) -> dict[str, Any]:
    priority = Priority[item["priority"].upper()] if "priority" in item else None
    return {"department": item.get("department"), "team": item.get("team"), "priority": priority}


def _hours(item: dict[str, Any]) -> Hours:
    return Hours(
        weekdays=weekdays(item.get("weekdays", WEEKDAYS)),
        start=time.fromisoformat(item.get("from", "00:00")),
        until=time.fromisoformat(item.get("until", "00:00")),
    )


def _example(item: dict[str, Any], zone: str) -> Example:
    given = item["given"]
    facts = Facts(
        service_code=given["service"],
        moment=datetime.fromisoformat(given.get("at", _NOON)).replace(tzinfo=ZoneInfo(zone)),
        channel=given.get("channel", Intake.API),
        text=given.get("text", ""),
        boundaries=frozenset(given.get("boundary", ())),
        answers=given.get("answers", {}),
    )
    return Example(name=item["name"], facts=facts, rule=item["expect"]["rule"], **_decided(item["expect"]))


def check_routing(files: Files, source: Source) -> Iterator[Fault]:
    """Find names that do not exist: of services, questions, values, layers, departments, teams and rules."""
    known = _Known(files)
    names: set[str] = set()
    for where, item in source.entries("rules"):
        name = text(item, "name")
        if name in names:
            yield source.fault((*where, "name"), f"a rule {name!r} stands here already")
        names.add(name)
        when, then = item.get("when"), item.get("then")
        if isinstance(when, dict):
            yield from _when(source, (*where, "when"), when, known)
        if isinstance(then, dict):
            yield from _then(source, (*where, "then"), then, known)
    for where, item in source.entries("examples"):
        given, expect = item.get("given"), item.get("expect")
        if isinstance(given, dict):
            asked = {**given, "service": [text(given, "service")] if text(given, "service") else []}
            yield from _when(source, (*where, "given"), asked, known)
            if at := text(given, "at"):
                yield from _moment(source, (*where, "given", "at"), at)
        if isinstance(expect, dict):
            yield from _then(source, (*where, "expect"), expect, known)
            if (rule := text(expect, "rule")) and rule not in names:
                yield source.fault((*where, "expect", "rule"), f"there is no rule {rule!r}")


class _Known:
    """The names that the other files define."""

    def __init__(self, files: Files) -> None:
        services = [source.data for source in files.services if isinstance(source.data, dict)]
        self.questions = {
            text(item, "service_code"): {
                text(attribute, "code"): _listed(attribute)
                for attribute in item.get("attributes") or ()
                if isinstance(attribute, dict)
            }
            for item in services
        }
        departments = list(files.departments.entries("departments")) if files.departments else []
        self.teams = {
            text(item, "code"): set(item["teams"]) if isinstance(item.get("teams"), dict) else set()
            for _, item in departments
        }
        layers = list(files.boundaries.entries("layers")) if files.boundaries else []
        self.layers = {text(item, "code") for _, item in layers}


def _listed(attribute: dict[str, Any]) -> set[str] | None:
    """Return the keys of a list's values; None if the question accepts any text."""
    values = attribute.get("values")
    return set(values) if isinstance(values, dict) else None


def _when(source: Source, where: Where, item: dict[str, Any], known: _Known) -> Iterator[Fault]:
    services = texts(item, "service")
    for code in services:
        if code not in known.questions:
            yield source.fault((*where, "service"), f"there is no service {code!r}")
    for code in texts(item, "boundary"):
        try:
            layer = BoundaryName.read(code).layer
        except ValueError as fault:
            yield source.fault((*where, "boundary"), str(fault))
            continue
        if layer not in known.layers:
            yield source.fault((*where, "boundary"), f"there is no layer {layer!r} in config/boundaries.yaml")
    found = item.get("answers")
    answers = found if isinstance(found, dict) else {}
    asked = [known.questions[code] for code in services if code in known.questions] or [*known.questions.values()]
    for code in answers:
        offers = [questions[code] for questions in asked if code in questions]
        if not offers:
            yield source.fault((*where, "answers", code), "no such question is asked")
        listed = set().union(*(offer or () for offer in offers))
        for key in texts(answers, code):
            if offers and None not in offers and key not in listed:
                yield source.fault((*where, "answers", code), f"{key!r} is not one of {', '.join(sorted(listed))}")


def _then(source: Source, where: Where, item: dict[str, Any], known: _Known) -> Iterator[Fault]:
    department, team = text(item, "department"), text(item, "team")
    if department and department not in known.teams:
        yield source.fault((*where, "department"), f"there is no department {department!r} in config/departments.yaml")
    teams: Iterable[str] = known.teams.get(department, ()) if department else set().union(*known.teams.values(), ())
    if team and team not in teams:
        yield source.fault((*where, "team"), f"there is no team {team!r}" + (f" in {department}" if department else ""))


def _moment(source: Source, where: Where, written: str) -> Iterator[Fault]:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        yield source.fault(where, f"there is no moment {written!r}")
