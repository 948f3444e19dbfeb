"""Filters of the staff's list, saved under a name, for oneself or shared with a department."""

from __future__ import annotations

from open311.actions.base.actor import Actor, note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write, write_returning
from open311.domain.draft import clean_line
from open311.domain.errors import InvalidArgument, NotAllowed
from open311.domain.roles import Act, OwnAct, giving
from open311.queries.reading import Statement

MAX_NAME_CHARACTERS = 60

_SAVE = Statement(
    """
    INSERT INTO saved_filter (jurisdiction, account, department, name, query)
    VALUES (:jurisdiction, :account, :department, :name, :query)
    ON CONFLICT (account, jurisdiction, lower(name))
    DO UPDATE SET name = excluded.name, query = excluded.query, department = excluded.department
    RETURNING key
    """
)
_DELETE = Statement("DELETE FROM saved_filter WHERE key = :key AND account = :account")


def shares_with(environment: Environment, jurisdiction: str, actor: Actor) -> list[str]:
    """List the departments with whom somebody may share: those of their grants, or all where a grant names none."""
    named = {grant.department for grant in giving(actor.grants, Act.READ)}
    known = environment.city.jurisdictions[jurisdiction].departments
    return [code for code, each in known.items() if not each.outside and (None in named or code in named)]


@transaction
def save_filter(
    environment: Environment, jurisdiction: str, actor: Actor, name: str, query: str, department: str | None = None
) -> int:
    """Save a query of the staff's list, replacing one of the same name, and return its number.

    :raises InvalidArgument: when the name is missing or too long.
    :raises NotAllowed: when the department is not theirs, or they may not see the list at all.
    """
    name = clean_line(name)
    if not name or len(name) > MAX_NAME_CHARACTERS:
        raise InvalidArgument(f"Enter a name of at most {MAX_NAME_CHARACTERS} characters")
    if not giving(actor.grants, Act.READ) or (
        department and department not in shares_with(environment, jurisdiction, actor)
    ):
        raise NotAllowed("your role does not reach this department")
    row = {
        "jurisdiction": jurisdiction,
        "account": actor.account,
        "department": department,
        "name": name,
        "query": query,
    }
    [(key,)] = write_returning(_SAVE, row)
    note_act(actor.account, OwnAct.SAVE_FILTER, f"saved_filter:{key}", jurisdiction)
    return int(key)


@transaction
def delete_filter(key: int, actor: Actor) -> bool:
    """Delete a filter that the actor saved, and return whether there was one."""
    deleted = write(_DELETE, {"key": key, "account": actor.account})
    if deleted:
        note_act(actor.account, OwnAct.DELETE_FILTER, f"saved_filter:{key}")
    return bool(deleted)
