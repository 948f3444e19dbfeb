"""Whether mail from here can reach an address at all, asked before anybody waits for a letter."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.domain.contact import needs_smtputf8
from open311.domain.errors import InvalidArgument

NO_SMTPUTF8 = "We cannot send mail to an address with letters like ä or ж before the @"


def can_reach(environment: Environment, email: str) -> bool:
    """Return whether our mail server takes mail to an address in its normal form, as far as that can be known."""
    return not needs_smtputf8(email) or environment.mail.takes_utf8()


def check_reachable(environment: Environment, email: str) -> None:
    """Make sure that our mail server takes mail to an address in its normal form.

    :raises InvalidArgument: when it is known not to.
    """
    if not can_reach(environment, email):
        raise InvalidArgument(NO_SMTPUTF8, code="no_smtputf8")
