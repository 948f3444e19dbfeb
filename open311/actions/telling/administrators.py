"""Letters to administrators about the system itself, in English as all pages of staff are; a job sends each."""

from __future__ import annotations

import logging
from uuid import uuid4

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer
from open311.actions.telling.envelope import envelope
from open311.adapters.delivery import Refused
from open311.domain.roles import Role
from open311.domain.wording import FilledText
from open311.queries.accounts.grants import staff_grants
from open311.wire.letter import Letter, mail

_LOG = logging.getLogger(__name__)


def tell_administrators(environment: Environment, subject: str, text: str) -> None:
    """Queue a letter to every administrator, in the transaction of what it is about."""
    _LOG.warning("%s: %s", subject, text)
    for email in sorted({each.email for each in staff_grants() if each.role == Role.ADMINISTRATOR and each.active}):
        defer(environment, "write_to_administrator", email=email, subject=subject, text=text)


def write_to_administrator(environment: Environment, email: str, subject: str, text: str) -> None:
    """Send one letter.

    :raises Later: when the mail server does not take it now, so that the job is tried again.
    """
    city = environment.city.first
    letter = Letter(FilledText(subject, (text,), "en"), (), city.name, (), None)
    try:
        environment.mail.send(mail(letter, envelope(environment, city, email, str(uuid4()))))
    except Refused as fault:  # for good; whose address it is stays out of the log
        _LOG.warning("a letter to an administrator was refused: %s", str(fault).replace(email, "(the address)"))
