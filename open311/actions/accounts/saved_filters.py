"""Filters of the staff's list, saved under a name, for oneself or shared with a department."""

from __future__ import annotations

from typing import Any

from open311.actions.base.actor import Actor, note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.domain.draft import clean_line
from open311.domain.errors import InvalidArgument, NotAllowed
from open311.domain.roles import Act, OwnAct, giving

LONGEST_NAME = 60


def shares_with(environment: Environment, jurisdiction: str, actor: Actor) -> list[str]:
    """The departments with whom somebody may share: those of their grants, or all where a grant names none."""
    named = {grant.department for grant in giving(actor.grants, Act.READ)}
    known = environment.city.jurisdictions[jurisdiction].departments
    return [code for code, each in known.items() if not each.outside and (None in named or code in named)]


@transaction
def save_filter(
    environment: Environment, jurisdiction: str, actor: Actor, name: str, query: str, department: str | None = None
) -> int:
    """Save what is asked of the list; the same name again replaces it. Answers the key.

    :raises InvalidArgument: the name is missing or too long.
    :raises NotAllowed: it is not their department, or they may not see the list at all.
    """
    name = clean_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise InvalidArgument(f"Enter a name of at most {LONGEST_NAME} characters")
    if not giving(actor.grants, Act.READ) or (
        department and department not in shares_with(environment, jurisdiction, actor)
    ):
        raise NotAllowed("your role does not reach this department")
    row: Any = (
        connection()
        .execute(
            "INSERT INTO saved_filter (jurisdiction, account, department, name, query) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (account, jurisdiction, lower(name))"
            " DO UPDATE SET name = excluded.name, query = excluded.query, department = excluded.department"
            " RETURNING key",
            (jurisdiction, actor.account, department, name, query),
        )
        .fetchone()
    )
    note_act(actor.account, OwnAct.SAVE_FILTER, f"saved_filter:{row[0]}", jurisdiction)
    return int(row[0])


@transaction
def delete_filter(key: int, actor: Actor) -> bool:
    """Delete a filter of one's own; answers whether there was one."""
    gone = connection().execute("DELETE FROM saved_filter WHERE key = %s AND account = %s", (key, actor.account))
    if gone.rowcount:
        note_act(actor.account, OwnAct.DELETE_FILTER, f"saved_filter:{key}")
    return bool(gone.rowcount)
