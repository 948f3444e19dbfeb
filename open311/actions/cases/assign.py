"""Whose service request it is: department, team, person, and how urgent. State and visibility are other matters."""

from __future__ import annotations

from dataclasses import replace

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import aside, locked, scope_of
from open311.actions.telling.staff_letters import write_to_assignee
from open311.domain.errors import InvalidArgument
from open311.domain.event import Event
from open311.domain.roles import Act
from open311.domain.routing import Priority
from open311.queries.cases.in_hand import colleagues


@transaction
def assign(
    environment: Environment,
    jurisdiction: str,
    number: str,
    actor: Actor,
    *,
    department: str | None = None,
    team: str | None = None,
    assignee: int | None = None,
    reason: str = "",
    seen_version: int | None = None,
) -> str:
    """Give it to a department, a team of it and a person; answers the id of the update.

    Number and history stay; a hand-over to another department needs a reason, and takes it from team and person.

    :raises InvalidArgument: no such department or team, one outside the city (which is referred to, not assigned), a
        person whose role does not reach it there, or a hand-over without a reason.
    """
    case = locked(jurisdiction, number, actor, Act.ASSIGN, seen_version)
    city = environment.city.jurisdictions[jurisdiction]
    to = department or case.department
    if to not in city.departments:
        raise InvalidArgument(f"no department {to!r}; there are {', '.join(city.departments)}")
    if city.departments[to].outside:
        raise InvalidArgument(f"{city.departments[to].name} is outside the city: refer the service request to it")
    if team and team not in city.departments[to].teams:
        raise InvalidArgument(f"{city.departments[to].name} has no team {team!r}")
    if to != case.department and not reason.strip():
        raise InvalidArgument("a hand-over to another department needs a reason")
    if assignee is not None:
        scope = replace(scope_of(case), department=to)
        if assignee not in {each.key for each in colleagues([scope])}:
            raise InvalidArgument("this person has no role for service requests like this one")
    if to != case.department:
        case.department, case.agency_responsible = to, city.departments[to].name
    taken = assignee != case.assignee and assignee != actor.account
    case.team, case.assignee = team, assignee
    update_id = aside(environment, case, "assignment", actor, reason)
    if taken:  # who takes it themselves need not be told
        write_to_assignee(environment, case, Event.ASSIGNED, update_id)
    return update_id


@transaction
def prioritise(
    environment: Environment,
    jurisdiction: str,
    number: str,
    priority: Priority,
    actor: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> str:
    """Say how urgent it is; answers the id of the update. What was promised stays promised."""
    case = locked(jurisdiction, number, actor, Act.PRIORITISE, seen_version)
    case.priority = int(priority)
    return aside(environment, case, "assignment", actor, reason)
