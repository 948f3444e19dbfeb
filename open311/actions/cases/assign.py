"""Give a service request to somebody, and say how urgent it is. Its state and its visibility are other matters."""

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
    """Give a service request to a department, one of its teams and a person; return the id of the update.

    The number and the history stay. A hand-over to another department (``department``; None: the one that has it) needs
    a reason, and takes it away from team and person.

    :raises InvalidArgument: when there is no such department or team, when the department is outside the city (which is
        referred to), when the person's role does not reach the case there, or when a hand-over has no reason.
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
    if taken:  # who takes it themselves need not be told
        write_to_assignee(environment, case, Event.ASSIGNED, update_id)
    return update_id


@transaction
def prioritise(environment: Environment, ref: CaseRef, actor: Actor, priority: Priority, *, reason: str = "") -> str:
    """Say how urgent a service request is; return the id of the update. What was promised stays promised."""
    case = locked(ref, actor, Act.PRIORITISE)
    case.priority = int(priority)
    return aside(environment, case, "assignment", actor, reason)
