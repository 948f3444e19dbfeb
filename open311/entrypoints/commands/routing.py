"""The command ``open311 routing``: check the rules in ``config/routing.yaml``, and try them on past requests."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import click

from open311.actions.base.environment import current_environment
from open311.catalog.city import Jurisdiction
from open311.domain.boundary_name import BoundaryName
from open311.domain.moment import now
from open311.domain.priority import Priority
from open311.entrypoints.commands.options import jurisdiction_option
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.cases.routing import past_requests
from open311.queries.places.boundaries import loaded_boundaries

group = TableGroup("routing", help="Check and try the rules that route service requests.")


@group.command()
def check() -> None:
    """Find rules that nothing reaches, and run the examples.

    The exit status is 1 if anything is wrong.
    """
    faults = [
        f"{jurisdiction.key}: {fault}"
        for jurisdiction in current_environment().city.jurisdictions.values()
        for fault in (*_dead(jurisdiction), *_failing(jurisdiction))
    ]
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    for jurisdiction in current_environment().city.jurisdictions.values():
        routing = jurisdiction.routing
        click.echo(f"{jurisdiction.key}: {len(routing.rules)} rules, {len(routing.examples)} examples, all good")


def _dead(jurisdiction: Jurisdiction) -> list[str]:
    """Describe the rules that no service request can ever reach."""
    faults = [
        f"rule {rule.name!r} is never reached: {earlier.name!r} stands before it and takes all that it would"
        for rule, earlier in jurisdiction.routing.shadowed()
    ]
    loaded = loaded_boundaries(jurisdiction.key)
    layers = {boundary.layer for boundary in loaded}
    for rule in jurisdiction.routing.rules:
        wanted = rule.condition
        known = [code for code in wanted.services if code in jurisdiction.services]
        if wanted.services and all(jurisdiction.services[code].retired for code in known):
            faults.append(f"rule {rule.name!r} is dead: none of its services can be filed")
        named = {BoundaryName.read(written) for written in wanted.boundaries}
        if named and layers.issuperset(each.layer for each in named) and not named & loaded:
            written = ", ".join(sorted(map(str, named)))
            faults.append(f"rule {rule.name!r} is dead: no boundary {written} is loaded")
    return faults


def _failing(jurisdiction: Jurisdiction) -> list[str]:
    departments = {code: service.department for code, service in jurisdiction.services.items()}
    return [
        f"example {example.name!r}: rule {route.rule or 'none'}, department {route.department}, "
        f"team {route.team or 'none'}, priority {route.priority.name.lower()}"
        for example, route in jurisdiction.routing.failing(jurisdiction.timezone, departments)
    ]


@group.command("try")
@click.option("--since", default="30d", show_default=True, help="How far back: 30d, 12h, 8w.")
@click.option("--limit", type=click.IntRange(1), default=10_000, show_default=True, help="At most this many, newest.")
@click.option("--changes", is_flag=True, help="Show each request that would be routed elsewhere.")
@jurisdiction_option
def try_rules(since: str, limit: int, changes: bool, jurisdiction: Jurisdiction) -> None:
    """Show which rules would have matched past requests."""
    found = re.fullmatch(r"(\d{1,4})([hdw])", since)
    if not found:
        raise click.BadParameter("a number and h, d or w, like 30d", param_hint="--since")
    span = timedelta(**{{"h": "hours", "d": "days", "w": "weeks"}[found[2]]: int(found[1])})
    hits: Counter[str] = Counter()
    elsewhere = 0
    for past in past_requests(jurisdiction.key, now() - span, limit):
        service = jurisdiction.services.get(past.facts.service_code)
        department = service.department if service else past.department
        route = jurisdiction.routing.route(past.facts, jurisdiction.timezone, department)
        hits[route.rule or "(no rule)"] += 1
        if (route.department, route.team) != (past.department, past.team) or route.priority != past.priority:
            elsewhere += 1
            if changes:
                click.echo(
                    f"{past.number}\t{_place(past.department, past.team, past.priority)}\t->\t"
                    f"{_place(route.department, route.team, route.priority)}\t{route.rule or '(no rule)'}"
                )
    for rule in [*(rule.name for rule in jurisdiction.routing.rules), "(no rule)"]:
        click.echo(f"{hits[rule]:8}  {rule}")
    click.echo(f"{elsewhere} of {hits.total()} would go elsewhere than where they are now")


def _place(department: str, team: str | None, priority: int) -> str:
    return f"{department}/{team or '-'} {Priority(priority).name.lower()}"
