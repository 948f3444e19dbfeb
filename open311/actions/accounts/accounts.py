"""Accounts of staff and what they may do: made, granted, revoked, disabled."""

from __future__ import annotations

from typing import Any

from open311.actions.accounts.account_links import INVITED, make_link, read_email
from open311.actions.accounts.sessions import end_all
from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.domain.errors import InvalidArgument
from open311.domain.moment import now
from open311.domain.roles import STAFF, Act, Grant
from open311.queries.accounts.accounts import AccountRow, account_of_email, account_of_key

SCOPES = ("jurisdiction", "department", "boundary", "service")


@transaction
def grant_role(environment: Environment, email: str, grant: Grant, actor: Actor, name: str = "") -> int:
    """Give an account a role; with a name, an account that is not there is made. Answers the key of the account.

    What was a resident's until now is signed out: sessions of staff are shorter, and need more than a link.

    :raises InvalidArgument: no such account, department, service or boundary layer, or they have the role already.
    """
    check_scope(environment, grant)
    account, was_staff = _account(read_email(email), name)
    permit(actor, Act.MANAGE_ACCOUNTS, f"account:{account}")
    given = {scope: getattr(grant, scope) for scope in SCOPES}
    added = connection().execute(
        "INSERT INTO role_grant (account, role, jurisdiction, department, boundary, service, granted_by) VALUES"
        " (%(account)s, %(role)s, %(jurisdiction)s, %(department)s, %(boundary)s, %(service)s, %(by)s)"
        " ON CONFLICT DO NOTHING",
        {"account": account, "role": str(grant.role), "by": actor.account, **given},
    )
    if not added.rowcount:
        raise InvalidArgument(f"{email} has this role already")
    if not was_staff and grant.role in STAFF:
        end_all(account)
    return account


def _account(email: str, name: str) -> tuple[int, bool]:
    """The key, and whether it is staff's already."""
    found = account_of_email(email)
    if found:
        if name:
            connection().execute("UPDATE account SET name = %s WHERE key = %s", (name, found.key))
        return found.key, found.is_staff
    if not name:
        raise InvalidArgument(f"there is no account of {email}; with a name, one is made")
    row: Any = (
        connection()
        .execute("INSERT INTO account (email, name, active) VALUES (%s, %s, true) RETURNING key", (email, name))
        .fetchone()
    )
    return int(row[0]), False


def check_scope(environment: Environment, grant: Grant) -> None:
    """Refuse a grant that could never reach anything.

    :raises InvalidArgument: what it names does not exist.
    """
    cities = environment.city.jurisdictions
    if grant.jurisdiction and grant.jurisdiction not in cities:
        raise InvalidArgument(f"no jurisdiction {grant.jurisdiction!r}; there are {', '.join(cities)}")
    meant = [cities[grant.jurisdiction]] if grant.jurisdiction else list(cities.values())
    if grant.department and not any(grant.department in city.departments for city in meant):
        raise InvalidArgument(f"no department {grant.department!r}")
    if grant.service and not any(grant.service in city.services for city in meant):
        raise InvalidArgument(f"no service {grant.service!r}")
    layer, colon, code = (grant.boundary or "").partition(":")
    if grant.boundary and not (colon and code and any(layer in city.layers for city in meant)):
        raise InvalidArgument(f"no boundary {grant.boundary!r}; it is spelled layer:code, like ward:5")


@transaction
def revoke_grant(key: int, actor: Actor) -> int:
    """Take a role away, from this moment on; answers the key of the account.

    :raises InvalidArgument: there is no such grant in force.
    """
    row = (
        connection()
        .execute(
            "UPDATE role_grant SET revoked_at = %s, revoked_by = %s WHERE key = %s AND revoked_at IS NULL"
            " RETURNING account",
            (now(), actor.account, key),
        )
        .fetchone()
    )
    if row is None:
        raise InvalidArgument(f"no grant {key} is in force")
    permit(actor, Act.MANAGE_ACCOUNTS, f"account:{row[0]}")
    return int(row[0])


@transaction
def set_active(account: int, active: bool, actor: Actor) -> None:
    """Disable an account, which ends its sessions at once, or enable it again.

    :raises InvalidArgument: there is no such account.
    """
    permit(actor, Act.MANAGE_ACCOUNTS, f"account:{account}")
    done = connection().execute("UPDATE account SET active = %s WHERE key = %s", (active, account))
    if not done.rowcount:
        raise InvalidArgument(f"there is no account {account}")
    if not active:
        end_all(account)


def invitation(environment: Environment, account: int) -> str | None:
    """A link to set the first password; none where there is one already."""
    found: AccountRow | None = account_of_key(account)
    if found is None or found.password_hash:
        return None
    return make_link(environment, found.email, "password", INVITED)
