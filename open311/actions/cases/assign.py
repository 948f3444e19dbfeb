"""Assign a service request, and set its priority. Neither changes its state."""

from __future__ import annotations

from dataclasses import replace

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.cases.case import aside, locked, scope_of
from open311.actions.telling.staff_letters import write_to_assignee
from open311.domain.case_ref import CaseRef
from open311.domain.errors import InvalidArgument
from open311.domain.event import Event
from open311.domain.priority import Priority
from open311.domain.roles import Act
from open311.queries.cases.in_hand import colleagues


@transaction
def assign(
    environment: Environment,
    ref: CaseRef,
    actor: Actor,
    *,
    department: str | None = None,
    team: str | None = None,
    assignee: int | None = None,
    reason: str = "",
) -> str:
    """Assign a service request to a department, one of its teams and a person; return the id of the update.

    ``team`` and ``assignee`` (the primary key of an account) replace those that it has; None stands for nobody. Without
    a ``department``, it stays with the one that has it; handing it over to another department needs a reason.

    :raises InvalidArgument: when there is no such department or team, the department is outside the city (``refer`` is
            for those), the person's role does not cover the case there, or a hand-over has no reason.
    """
    case = locked(ref, actor, Act.ASSIGN)
    city = environment.city.jurisdictions[ref.jurisdiction]
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
    if taken:  # those who take it themselves need no letter about it
        write_to_assignee(environment, case, Event.ASSIGNED, update_id)
    return update_id


@transaction
def prioritise(environment: Environment, ref: CaseRef, actor: Actor, priority: Priority, *, reason: str = "") -> str:
    """Set the priority of a service request; return the id of the update. Promised times do not change."""
    case = locked(ref, actor, Act.PRIORITISE)
    case.priority = int(priority)
    return aside(environment, case, "assignment", actor, reason)
