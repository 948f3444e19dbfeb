"""Signing in: by password, by a link in mail, or by what an OpenID provider says; then, where there is one, a code.

What is wrong is never told apart: no account, wrong password and disabled account give the same words in the same time.
"""

from __future__ import annotations

from open311.actions.accounts.account_links import use_link
from open311.actions.accounts.credentials import hash_password, password_fits, renew_hash, take_code
from open311.actions.accounts.sessions import end_all
from open311.actions.base.actor import note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.base.write_limits import count_try
from open311.adapters.openid import Identity
from open311.domain.errors import SignInRefused
from open311.domain.roles import OwnAct
from open311.queries.accounts.accounts import AccountRow, account_of_email, account_of_key, account_of_openid

QUARTER = 15 * 60
PER_ACCOUNT_AND_ADDRESS, PER_ACCOUNT, PER_ADDRESS = 10, 100, 300
"""Tries in a quarter of an hour: few from one place, more from everywhere, so that nobody keeps others out easily."""
CODES_PER_ACCOUNT = 10

WRONG = "The e-mail address or the password is not right"


def by_password(email: str, password: str, address: str) -> AccountRow:
    """The account whose e-mail address and password these are.

    :raises SignInRefused: they are not.
    :raises TooManyRequests: there were too many tries for this account or from this network address.
    """
    count_try("password", f"{email.strip().lower()} {address}", PER_ACCOUNT_AND_ADDRESS, QUARTER)
    count_try("password", email, PER_ACCOUNT, QUARTER)
    count_try("password from", address, PER_ADDRESS, QUARTER)
    found = account_of_email(email)
    if not password_fits(found, password):
        raise SignInRefused(WRONG)
    assert found is not None
    _renew(found, password)
    return found


@transaction
def _renew(found: AccountRow, password: str) -> None:
    renew_hash(found, password)


def by_code(environment: Environment, account: int, code: str) -> AccountRow:
    """The second step, for an account whose first one was good.

    :raises SignInRefused: the code is wrong, used, or the account is disabled meanwhile.
    :raises TooManyRequests: there were too many tries.
    """
    count_try("code", str(account), CODES_PER_ACCOUNT, QUARTER)
    found = account_of_key(account)
    if found is None or not found.active:
        raise SignInRefused(WRONG)
    take_code(environment, found, code)
    return found


@transaction
def by_link(token: str) -> int:
    """The account of the address that a link was sent to; it is made where there is none.

    :raises SignInRefused: the link was used or is too old, the account is disabled, or staff's, who sign in otherwise.
    """
    email = use_link(token, "sign_in")
    connection().execute(
        "INSERT INTO account (email, name, active) VALUES (%s, '', true) ON CONFLICT DO NOTHING", (email,)
    )
    row = connection().execute("SELECT key FROM account WHERE lower(email) = lower(%s) AND active", (email,)).fetchone()
    found = account_of_email(email)
    if row is None or (found and found.is_staff):
        raise SignInRefused("This link does not work any more")
    return int(row[0])


@transaction
def by_openid(identity: Identity) -> AccountRow:
    """The account of somebody whom the city's provider knows.

    The first time it is found by the address that the provider has verified; accounts are made by administrators only.

    :raises SignInRefused: there is none.
    """
    found = account_of_openid(identity.issuer, identity.subject)
    if found is None and identity.email:
        found = _first_time(identity)
    if found is None or not found.active:
        raise SignInRefused("There is no account for you here yet: ask an administrator")
    return found


def _first_time(identity: Identity) -> AccountRow | None:
    found = account_of_email(identity.email)
    if found is None:
        return None
    kept = connection().execute(
        "UPDATE account SET openid_issuer = %s, openid_subject = %s WHERE key = %s AND openid_subject IS NULL",
        (identity.issuer, identity.subject, found.key),
    )
    return found if kept.rowcount else None


@transaction
def set_password(token: str, password: str) -> None:
    """Set a password with a link; the account is signed out everywhere.

    :raises SignInRefused: the link was used or is too old.
    :raises InvalidArgument: the password will not do; the link still works.
    """
    email = use_link(token, "password")
    found = account_of_email(email)
    if found is None or not found.active:
        raise SignInRefused("This link does not work any more")
    _store(found, password)


@transaction
def change_password(account: int, old: str, new: str) -> None:
    """Change a password by showing the old one; the account is signed out everywhere.

    :raises SignInRefused: the old one is wrong.
    :raises InvalidArgument: the new one will not do.
    """
    _store(confirmed(account, old), new)


def confirmed(account: int, password: str) -> AccountRow:
    """The account, after its password was shown again: asked before what would lock its owner out.

    :raises SignInRefused: it is wrong.
    :raises TooManyRequests: there were too many tries.
    """
    count_try("confirm", str(account), PER_ACCOUNT_AND_ADDRESS, QUARTER)
    found = account_of_key(account)
    if found is None or not password_fits(found, password):
        raise SignInRefused("The password is not right")
    return found


def _store(found: AccountRow, password: str) -> None:
    stored = hash_password(password, found.email)
    connection().execute("UPDATE account SET password_hash = %s WHERE key = %s", (stored, found.key))
    end_all(found.key)
    note_act(found.key, OwnAct.SET_PASSWORD, f"account:{found.key}")
