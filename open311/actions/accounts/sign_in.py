"""Signing in: by password, by a link in mail, or by what an OpenID provider says; then, where there is one, a code.

What is wrong is never told apart: no account, wrong password and disabled account give the same words in the same time.
"""

from __future__ import annotations

import logging

from open311.actions.accounts.account_letters import tell_owner
from open311.actions.accounts.account_links import use_link
from open311.actions.accounts.credentials import hash_password, password_fits, renew_hash, take_code
from open311.actions.accounts.sessions import end_all
from open311.actions.base.actor import note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write
from open311.actions.base.write_limits import count_try
from open311.adapters.openid import Identity
from open311.domain.contact import email_address
from open311.domain.errors import SignInRefused
from open311.domain.event import Event
from open311.domain.roles import OwnAct
from open311.queries.accounts.people import AccountRow, account_of_email, account_of_key, account_of_openid
from open311.queries.reading import Statement

TRY_WINDOW_SECONDS = 15 * 60
TRIES_PER_ACCOUNT_AND_ADDRESS, TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = 10, 100, 300
"""Tries in a window: few from one network address, more from everywhere, so that nobody keeps others out easily."""
CODE_TRIES_PER_ACCOUNT = 10
"""Tries of a code in a window."""

_LOG = logging.getLogger(__name__)
WRONG = "The e-mail address or the password is not right"

_ADD_RESIDENT = Statement("INSERT INTO account (email, name, active) VALUES (:email, '', true) ON CONFLICT DO NOTHING")
_BIND_OPENID = Statement(
    """
    UPDATE account SET openid_issuer = :issuer, openid_subject = :subject
    WHERE key = :account AND openid_subject IS NULL
    """
)
_SET_PASSWORD = Statement("UPDATE account SET password_hash = :password_hash WHERE key = :account")


def by_password(email: str, password: str, address: str) -> AccountRow:
    """Return the account whose e-mail address and password these are; ``address`` is the network address of the try.

    :raises SignInRefused: when they are not an active account's.
    :raises TooManyRequests: when there were too many tries for this account or from this network address.
    """
    email = email_address(email) or email
    each = f"{email.strip().lower()} {address}"
    count_try("password", each, TRIES_PER_ACCOUNT_AND_ADDRESS, TRY_WINDOW_SECONDS)
    count_try("password", email, TRIES_PER_ACCOUNT, TRY_WINDOW_SECONDS)
    count_try("password from", address, TRIES_PER_ADDRESS, TRY_WINDOW_SECONDS)
    found = account_of_email(email)
    if not password_fits(found, password):  # asked without an account too, so that it takes as long
        _LOG.warning("sign-in refused: wrong password, %s", _named(found))
        raise SignInRefused(WRONG)
    assert found is not None
    _renew(found, password)
    return found


@transaction
def _renew(found: AccountRow, password: str) -> None:
    renew_hash(found, password)


def by_code(environment: Environment, account: int, code: str) -> AccountRow:
    """Return the account of a second step, whose first step was good, when the code is right.

    :raises SignInRefused: when the code is wrong or used, or the account was disabled meanwhile.
    :raises TooManyRequests: when there were too many tries.
    """
    count_try("code", str(account), CODE_TRIES_PER_ACCOUNT, TRY_WINDOW_SECONDS)
    found = account_of_key(account)
    if found is None or not found.active:
        raise SignInRefused(WRONG)
    try:
        take_code(environment, found, code)
    except SignInRefused:
        _LOG.warning("sign-in refused: wrong code, %s", _named(found))
        raise
    return found


def _named(found: AccountRow | None) -> str:
    """Name an account for the log: by its number, never by what was typed."""
    return f"account:{found.key}" if found else "no such account"


@transaction
def by_link(token: str) -> int:
    """Return the number of the account of the address that a link was sent to; an account that is missing is made.

    :raises SignInRefused: when the link was used or is too old, or the account is disabled or staff's, who sign in
        otherwise.
    """
    email = use_link(token, "sign_in")
    write(_ADD_RESIDENT, {"email": email})
    found = account_of_email(email)
    if found is None or not found.active or found.is_staff:
        raise SignInRefused("This link does not work any more")
    return found.key


@transaction
def by_openid(identity: Identity) -> AccountRow:
    """Return the account of somebody whom the city's provider knows.

    The first time it is found by the address that the provider has verified; accounts are made by administrators only.

    :raises SignInRefused: when there is no active account.
    """
    found = account_of_openid(identity.issuer, identity.subject)
    if found is None and identity.email:
        found = _first_time(identity)
    if found is None or not found.active:
        _LOG.warning("sign-in refused: the provider's person has no account that is active, %s", _named(found))
        raise SignInRefused("There is no account for you here yet: ask an administrator")
    return found


def _first_time(identity: Identity) -> AccountRow | None:
    """Bind the account of the verified address to the provider's person, unless it is bound to another."""
    found = account_of_email(identity.email)
    if found is None:
        return None
    bound = write(_BIND_OPENID, {"issuer": identity.issuer, "subject": identity.subject, "account": found.key})
    return found if bound else None


@transaction
def set_password(environment: Environment, token: str, password: str) -> None:
    """Set a password with a link; the account is signed out everywhere, and its owner told by mail.

    :raises SignInRefused: when the link was used or is too old.
    :raises InvalidArgument: when the password will not do; the link still works.
    """
    email = use_link(token, "password")
    found = account_of_email(email)
    if found is None or not found.active:
        raise SignInRefused("This link does not work any more")
    _store(environment, found, password)


@transaction
def change_password(environment: Environment, account: int, old: str, new: str) -> None:
    """Change a password by showing the old one; the account is signed out everywhere, and its owner told by mail.

    :raises SignInRefused: when the old password is wrong.
    :raises InvalidArgument: when the new password will not do.
    """
    _store(environment, confirmed(account, old), new)


def confirmed(account: int, password: str) -> AccountRow:
    """Return the account after its password was shown again: asked before what would lock its owner out.

    :raises SignInRefused: when the password is wrong.
    :raises TooManyRequests: when there were too many tries.
    """
    count_try("confirm", str(account), TRIES_PER_ACCOUNT_AND_ADDRESS, TRY_WINDOW_SECONDS)
    found = account_of_key(account)
    if found is None or not password_fits(found, password):
        _LOG.warning("refused: wrong password of somebody who is signed in, %s", _named(found))
        raise SignInRefused("The password is not right")
    return found


def _store(environment: Environment, found: AccountRow, password: str) -> None:
    known = (found.email, found.name, environment.city.name, environment.public_url)
    write(_SET_PASSWORD, {"password_hash": hash_password(password, *known), "account": found.key})
    end_all(found.key)
    note_act(found.key, OwnAct.SET_PASSWORD, f"account:{found.key}")
    tell_owner(environment, found.key, Event.PASSWORD_CHANGED)
