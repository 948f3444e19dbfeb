"""Links in mail: asked for, sent by a job, used once.

Whether an address has an account shows neither in the page nor in the time it takes: the job decides what is sent, and
only hashes of links are stored, in the queue nothing but the address.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Literal

from open311.actions.environment import Environment, add, connection, defer, transaction
from open311.actions.limits import count_try
from open311.actions.sessions import hash_token
from open311.domain.errors import InvalidArgument, SignInRefused
from open311.models.account_link import AccountLink
from open311.models.base import now
from open311.queries.accounts import account_of_email

Purpose = Literal["sign_in", "password"]
PATHS: dict[Purpose, str] = {"sign_in": "/signin/link/", "password": "/signin/password/"}
LASTS: dict[Purpose, timedelta] = {"sign_in": timedelta(minutes=30), "password": timedelta(hours=2)}
INVITED = timedelta(days=3)
"""How long the first link of a new account of staff lasts."""
PER_EMAIL, PER_ADDRESS, HOUR = 5, 60, 3600
LONGEST = 254
"""Characters of an e-mail address (RFC 5321, 4.5.3.1)."""


@transaction
def ask_for_link(environment: Environment, email: str, purpose: Purpose, address: str) -> None:
    """Have a link sent, if there is reason to.

    :raises InvalidArgument: that is no e-mail address.
    :raises TooManyRequests: too many were asked for, for this address or from this network address.
    """
    email = read_email(email)
    count_try("link", email, PER_EMAIL, HOUR)
    count_try("link from", address, PER_ADDRESS, HOUR)
    defer(environment, "send_account_link", email=email, purpose=purpose)


def read_email(email: str) -> str:
    """An e-mail address, as far as its form can tell.

    :raises InvalidArgument: it is none.
    """
    email = email.strip()
    user, at, host = email.rpartition("@")
    if not at or not user or "." not in host or len(email) > LONGEST or any(c.isspace() or c in "<>,;" for c in email):
        raise InvalidArgument("Enter an e-mail address, like name@example.org")
    return email


def send_link(environment: Environment, email: str, purpose: Purpose) -> None:
    """What the job does. Doing it again sends another link; each works once.

    :raises MailUnreachable: try again.
    """
    found = account_of_email(email)
    if found is not None and not found.active:
        return
    is_staff = found is not None and found.is_staff
    city = environment.city.name
    if purpose == "password":
        if is_staff:
            url = make_link(environment, email, purpose)
            _send(
                environment, email, f"Set your password for {city} 311", f"Set your password here:\n\n{url}\n\n{_ONCE}"
            )
    elif is_staff:
        _send(
            environment,
            email,
            f"Sign in to {city} 311",
            f"Staff sign in here:\n\n{environment.public_url}/signin/staff",
        )
    else:
        url = make_link(environment, email, purpose)
        _send(environment, email, f"Sign in to {city} 311", f"Sign in here:\n\n{url}\n\n{_ONCE}")


_ONCE = "The link works once, and not for long. If you did not ask for it, you need do nothing."


@transaction
def make_link(environment: Environment, email: str, purpose: Purpose, lasts: timedelta | None = None) -> str:
    """A new link."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + (lasts or LASTS[purpose])
    row = {"token_hash": hash_token(token), "email": email, "purpose": purpose, "expires_at": expires_at}
    add(AccountLink, row)
    return f"{environment.public_url}{PATHS[purpose]}{token}"


_LIVE = (
    "FROM account_link WHERE token_hash = %s AND purpose = %s AND used_at IS NULL AND expires_at > clock_timestamp()"
)


@transaction
def link_works(token: str, purpose: Purpose) -> bool:
    """Whether a link would work; looking changes nothing, for scanners of mail look too."""
    return connection().execute(f"SELECT {_LIVE}", (hash_token(token), purpose)).fetchone() is not None


def use_link(token: str, purpose: Purpose) -> str:
    """Use a link up, in the transaction of what it is used for; answers whose it is.

    :raises SignInRefused: it was used, is too old, or never was.
    """
    row = (
        connection()
        .execute(
            "UPDATE account_link SET used_at = clock_timestamp() WHERE token_hash = %s AND purpose = %s"
            " AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING email",
            (hash_token(token), purpose),
        )
        .fetchone()
    )
    if row is None:
        raise SignInRefused("This link was used already, or is too old: ask for a new one")
    return str(row[0])


def _send(environment: Environment, email: str, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = environment.mail_from, email, subject
    message["Message-ID"] = make_msgid(domain=environment.mail_from.rpartition("@")[2].rstrip(">") or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text + "\n")
    environment.mail.send(message)
