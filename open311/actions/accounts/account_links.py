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
from open311.actions.base.reach import check_reachable
from open311.actions.base.transaction import add, defer, transaction, write_returning
from open311.actions.base.write_limits import count_try
from open311.actions.telling.envelope import envelope
from open311.actions.telling.links import link_url
from open311.adapters.delivery import Refused
from open311.domain.contact import email_address
from open311.domain.errors import InvalidArgument, SignInRefused
from open311.domain.event import Event
from open311.domain.link import LinkPurpose
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.account_link import AccountLink
from open311.queries.accounts.account_links import WORKS
from open311.queries.accounts.people import account_of_email
from open311.queries.reading import Statement
from open311.wire.letter import compose, mail

Purpose = Literal["sign_in", "password"]

LINKS: dict[Purpose, LinkPurpose] = {"sign_in": LinkPurpose.SIGN_IN, "password": LinkPurpose.PASSWORD}
INVITATION_LIFETIME = timedelta(days=3)
"""How long the first link of a new staff account works."""
LINKS_PER_EMAIL, LINKS_PER_ADDRESS, LINK_WINDOW_SECONDS = 5, 60, 3600
"""How many links may be asked for in a window, for one e-mail address and from one network address."""

_USE = Statement(f"UPDATE account_link SET used_at = clock_timestamp() WHERE {WORKS} RETURNING email")
_LOG = logging.getLogger(__name__)


@transaction
def ask_for_link(environment: Environment, email: str, purpose: Purpose, address: str, language: str = "en") -> None:
    """Queue the sending of a link to an e-mail address; ``address`` is the network address of whoever asks.

    :raises InvalidArgument: when ``email`` is not an e-mail address, or mail from here cannot reach it.
    :raises TooManyRequests: when too many were asked for, for this e-mail address or from this network address.
    """
    email = read_email(email)
    check_reachable(environment, email)
    count_try("link", email, LINKS_PER_EMAIL, LINK_WINDOW_SECONDS)
    count_try("link from", address, LINKS_PER_ADDRESS, LINK_WINDOW_SECONDS)
    defer(environment, "send_account_link", email=email, purpose=purpose, language=language)


def read_email(email: str) -> str:
    """Return the normal form of an e-mail address, as far as its form can tell that it is one.

    :raises InvalidArgument: when it has another form.
    """
    address = email_address(email)
    if address is None:
        raise InvalidArgument("Enter an e-mail address, like name@example.org")
    return address


def send_link(environment: Environment, email: str, purpose: Purpose, language: str) -> None:
    """Send a link that was asked for, if the account may have one. Sending again sends another link.

    Staff who ask to sign in get the address of their own page: a link alone does not let them in.

    :raises Later: when the mail server does not answer, so that the job is tried again.
    """
    found = account_of_email(email)
    if found is not None and not found.active:
        return
    is_staff = found is not None and found.is_staff
    if purpose == "sign_in" and is_staff:
        _send(
            environment,
            email,
            Event.STAFF_SIGN_IN,
            f"{environment.public_url}/{LinkPurpose.STAFF_SIGN_IN.kind.path}",
            language,
        )
    elif purpose == "sign_in":
        _send(environment, email, Event.SIGN_IN, make_link(environment, email, purpose), language)
    elif is_staff:
        _send(environment, email, Event.PASSWORD, make_link(environment, email, purpose), language)


def _send(environment: Environment, email: str, event: Event, url: str, language: str) -> None:
    jurisdiction = environment.city.first
    facts = {"city": jurisdiction.name}
    letter = compose(
        jurisdiction.wordings, event, facts, language=language, links={event: url}, answered=bool(jurisdiction.email)
    )
    try:
        environment.mail.send(mail(letter, envelope(environment, jurisdiction, email, str(uuid4()))))
    except Refused as fault:  # for good; whose address it is stays out of the log
        _LOG.warning("a link to sign in was refused: %s", str(fault).replace(email, "(the address)"))


@transaction
def make_link(environment: Environment, email: str, purpose: Purpose, lifetime: timedelta | None = None) -> str:
    """Make a link for an e-mail address and return it; it is not sent, and nothing but its hash is stored."""
    token, link = new_secret(), LINKS[purpose]
    lifetime = lifetime or link.kind.valid_for
    assert lifetime is not None  # every link to an account expires
    expires_at = now() + lifetime
    add(AccountLink, {"token_hash": hashed(token), "email": email, "purpose": purpose, "expires_at": expires_at})
    return link_url(environment.public_url, link, token)


def use_link(token: str, purpose: Purpose) -> str:
    """Use a link up, inside the transaction of what it is used for, and return the e-mail address it was sent to.

    :raises SignInRefused: when it was used, is too old or never was.
    """
    for (email,) in write_returning(_USE, {"token_hash": hashed(token), "purpose": purpose}):
        return str(email)
    raise SignInRefused("This link was used already, or is too old: ask for a new one")
