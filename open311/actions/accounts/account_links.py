"""Links in mail that sign somebody in or let them set a password: asked for, sent by a job, used once.

Whether an address has an account shows neither in the page nor in the time it takes: the job decides what is sent, and
only hashes of links are stored, in the queue nothing but the address.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Literal
from uuid import uuid4

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, connection, defer, transaction
from open311.actions.base.write_limits import count_try
from open311.actions.telling.envelope import envelope
from open311.adapters.mail import MailRefused
from open311.domain.contact import email_address
from open311.domain.errors import InvalidArgument, SignInRefused
from open311.domain.event import Event
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.account_link import AccountLink
from open311.queries.accounts.accounts import account_of_email
from open311.wire.letter import compose, mail

Purpose = Literal["sign_in", "password"]
PATHS: dict[Purpose, str] = {"sign_in": "/signin/link/", "password": "/signin/password/"}
LASTS: dict[Purpose, timedelta] = {"sign_in": timedelta(minutes=30), "password": timedelta(hours=2)}
INVITED = timedelta(days=3)
"""How long the first link of a new account of staff lasts."""
PER_EMAIL, PER_ADDRESS, HOUR = 5, 60, 3600
_LOG = logging.getLogger(__name__)


@transaction
def ask_for_link(environment: Environment, email: str, purpose: Purpose, address: str, language: str = "en") -> None:
    """Have a link sent, if there is reason to.

    :raises InvalidArgument: that is no e-mail address.
    :raises TooManyRequests: too many were asked for, for this address or from this network address.
    """
    email = read_email(email)
    count_try("link", email, PER_EMAIL, HOUR)
    count_try("link from", address, PER_ADDRESS, HOUR)
    defer(environment, "send_account_link", email=email, purpose=purpose, language=language)


def read_email(email: str) -> str:
    """An e-mail address, as far as its form can tell.

    :raises InvalidArgument: it is none.
    """
    address = email_address(email)
    if address is None:
        raise InvalidArgument("Enter an e-mail address, like name@example.org")
    return address


def send_link(environment: Environment, email: str, purpose: Purpose, language: str) -> None:
    """What the job does. Doing it again sends another link; each works once.

    :raises MailUnreachable: try again.
    """
    found = account_of_email(email)
    if found is not None and not found.active:
        return
    is_staff = found is not None and found.is_staff
    if purpose == "sign_in" and is_staff:
        _send(environment, email, Event.STAFF_SIGN_IN, f"{environment.public_url}/signin/staff", language)
    elif purpose == "sign_in":
        _send(environment, email, Event.SIGN_IN, make_link(environment, email, purpose), language)
    elif is_staff:
        _send(environment, email, Event.PASSWORD, make_link(environment, email, purpose), language)


def _send(environment: Environment, email: str, event: Event, url: str, language: str) -> None:
    jurisdiction = environment.city.first
    facts = {"city": jurisdiction.name}
    letter = compose(jurisdiction.wordings, event, facts, language=language, links={event: url})
    try:
        environment.mail.send(mail(letter, envelope(environment, jurisdiction, email, str(uuid4()))))
    except MailRefused as fault:  # for good; whose address it is stays out of the log
        _LOG.warning("a link to sign in was refused: %s", str(fault).replace(email, "(the address)"))


@transaction
def make_link(environment: Environment, email: str, purpose: Purpose, lasts: timedelta | None = None) -> str:
    """A new link."""
    token = new_secret()
    expires_at = now() + (lasts or LASTS[purpose])
    row = {"token_hash": hashed(token), "email": email, "purpose": purpose, "expires_at": expires_at}
    add(AccountLink, row)
    return f"{environment.public_url}{PATHS[purpose]}{token}"


_LIVE = (
    "FROM account_link WHERE token_hash = %s AND purpose = %s AND used_at IS NULL AND expires_at > clock_timestamp()"
)


@transaction
def link_works(token: str, purpose: Purpose) -> bool:
    """Whether a link would work; looking changes nothing, for scanners of mail look too."""
    return connection().execute(f"SELECT {_LIVE}", (hashed(token), purpose)).fetchone() is not None


def use_link(token: str, purpose: Purpose) -> str:
    """Use a link up, in the transaction of what it is used for; answers whose it is.

    :raises SignInRefused: it was used, is too old, or never was.
    """
    row = (
        connection()
        .execute(
            "UPDATE account_link SET used_at = clock_timestamp() WHERE token_hash = %s AND purpose = %s"
            " AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING email",
            (hashed(token), purpose),
        )
        .fetchone()
    )
    if row is None:
        raise SignInRefused("This link was used already, or is too old: ask for a new one")
    return str(row[0])
