"""Accounts of staff and what they may do: made, granted, revoked, disabled."""

from __future__ import annotations

from open311.actions.accounts.account_links import INVITATION_LIFETIME, make_link, read_email
from open311.actions.accounts.sessions import end_all
from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write, write_returning
from open311.domain.boundary_name import BoundaryName
from open311.domain.errors import InvalidArgument, LastAdministrator
from open311.domain.moment import now
from open311.domain.roles import STAFF, Act, Grant
from open311.models.accounts.account import Account
from open311.models.locks import Lock
from open311.queries.accounts.grants import administrators
from open311.queries.accounts.people import account_of_email, account_of_key
from open311.queries.reading import Statement

_GRANT = Statement(
    """
    INSERT INTO role_grant (account, role, jurisdiction, department, boundary, service, granted_by)
    VALUES (:account, :role, :jurisdiction, :department, :boundary, :service, :granted_by)
    ON CONFLICT DO NOTHING
    """
)
_REVOKE = Statement(
    """
    UPDATE role_grant SET revoked_at = :moment, revoked_by = :revoked_by
    WHERE key = :grant AND revoked_at IS NULL RETURNING account
    """
)
_ONE_AT_A_TIME = Statement(Lock.ADMINISTRATORS.waiting)
_RENAME = Statement("UPDATE account SET name = :name WHERE key = :account")
_SET_ACTIVE = Statement("UPDATE account SET active = :active WHERE key = :account")


@transaction
def grant_role(environment: Environment, email: str, grant: Grant, actor: Actor, name: str = "") -> int:
    """Give an account a role, and return the account's number. With a name, an account that is missing is made.

    An account that was a resident's until now is signed out: sessions of staff are shorter, and need more than a link.

    :raises InvalidArgument: when there is no such account, department, service or boundary layer, or the account has
        this role already.
    """
    check_scope(environment, grant)
    account, was_staff = _account(read_email(email), name)
    permit(actor, Act.MANAGE_ACCOUNTS, f"account:{account}")
    row = {
        "account": account,
        "role": str(grant.role),
        "jurisdiction": grant.jurisdiction,
        "department": grant.department,
        "boundary": grant.boundary,
        "service": grant.service,
        "granted_by": actor.account,
    }
    if not write(_GRANT, row):
        raise InvalidArgument(f"{email} has this role already")
    if not was_staff and grant.role in STAFF:
        end_all(account)
    return account


def _account(email: str, name: str) -> tuple[int, bool]:
    """Find or make an account: its number, and whether it is staff's already."""
    found = account_of_email(email)
    if found:
        if name:
            write(_RENAME, {"name": name, "account": found.key})
        return found.key, found.is_staff
    if not name:
        raise InvalidArgument(f"there is no account of {email}; with a name, one is made")
    (key,) = add(Account, {"email": email, "name": name, "active": True}, returning=("key",))
    return int(key), False


def check_scope(environment: Environment, grant: Grant) -> None:
    """Refuse a grant that could never reach anything.

    :raises InvalidArgument: when the jurisdiction, department, service or boundary layer it names does not exist.
    """
    cities = environment.city.jurisdictions
    if grant.jurisdiction and grant.jurisdiction not in cities:
        raise InvalidArgument(f"no jurisdiction {grant.jurisdiction!r}; there are {', '.join(cities)}")
    meant = [cities[grant.jurisdiction]] if grant.jurisdiction else list(cities.values())
    if grant.department and not any(grant.department in city.departments for city in meant):
        raise InvalidArgument(f"no department {grant.department!r}")
    if grant.service and not any(grant.service in city.services for city in meant):
        raise InvalidArgument(f"no service {grant.service!r}")
    if grant.boundary and not any(_layer_of(grant.boundary) in city.layers for city in meant):
        raise InvalidArgument(f"no boundary {grant.boundary!r}; it is spelled layer:code, like ward:5")


def _layer_of(boundary: str) -> str | None:
    try:
        return BoundaryName.read(boundary).layer
    except ValueError:
        return None


@transaction
def revoke_grant(grant: int, actor: Actor) -> int:
    """Take a role away from this moment on, and return the number of the account.

    :raises InvalidArgument: when no grant in force has this number.
    :raises LastAdministrator: when nobody else may manage accounts.
    """
    before = _administrators()
    for (account,) in write_returning(_REVOKE, {"moment": now(), "revoked_by": actor.account, "grant": grant}):
        permit(actor, Act.MANAGE_ACCOUNTS, f"account:{account}")
        _check_one_is_left(before)
        return int(account)
    raise InvalidArgument(f"no grant {grant} is in force")


@transaction
def set_active(account: int, active: bool, actor: Actor) -> None:
    """Disable an account, which ends its sessions at once, or enable it again.

    :raises InvalidArgument: when there is no such account.
    :raises LastAdministrator: when nobody else may manage accounts.
    """
    permit(actor, Act.MANAGE_ACCOUNTS, f"account:{account}")
    before = _administrators()
    if not write(_SET_ACTIVE, {"active": active, "account": account}):
        raise InvalidArgument(f"there is no account {account}")
    if not active:
        _check_one_is_left(before)
        end_all(account)


def _administrators() -> int:
    """Count who may manage accounts, after everybody else who is changing that has finished."""
    write_returning(_ONE_AT_A_TIME, {})
    return administrators()


def _check_one_is_left(before: int) -> None:
    if before and not administrators():
        raise LastAdministrator("Nobody else may manage accounts: make somebody an administrator for everything first")


def invitation(environment: Environment, account: int) -> str | None:
    """Make a link with which the first password is set; None where the account has a password already."""
    found = account_of_key(account)
    if found is None or found.password_hash:
        return None
    return make_link(environment, found.email, "password", INVITATION_LIFETIME)
