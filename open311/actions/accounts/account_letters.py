"""Letters to whoever owns an account when something changes that protects it: who did not do it learns of it."""

from __future__ import annotations

import logging
from uuid import uuid4

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer
from open311.actions.telling.envelope import envelope
from open311.adapters.delivery import Refused
from open311.domain.event import Event
from open311.queries.accounts.people import account_of_key
from open311.wire.letter import compose, mail

_LOG = logging.getLogger(__name__)


def tell_owner(environment: Environment, account: int, event: Event) -> None:
    """Queue a letter about a change of an account, inside the transaction of that change."""
    defer(environment, "send_account_letter", account=account, event=str(event))


def send_account_letter(environment: Environment, account: int, event: Event) -> None:
    """Send a letter about a change of an account. Sending again sends another one.

    :raises Later: when the mail server does not answer, so that the job is tried again.
    """
    found = account_of_key(account)
    if found is None:
        return
    jurisdiction = environment.city.first
    letter = compose(jurisdiction.wordings, event, {"city": jurisdiction.name}, language=None, links={})
    try:
        environment.mail.send(mail(letter, envelope(environment, jurisdiction, found.email, str(uuid4()))))
    except Refused:  # for good; whose address it is stays out of the log
        _LOG.warning("a letter to account %s was refused: %s", account, event)
