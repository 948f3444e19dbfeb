"""Jobs about accounts."""

from __future__ import annotations

from open311.actions.accounts.account_letters import send_account_letter
from open311.actions.accounts.account_links import Purpose, send_link
from open311.actions.accounts.kept_forms import forget_old
from open311.actions.base.environment import Environment
from open311.actions.telling.administrators import write_to_administrator
from open311.domain.event import Event
from open311.jobs.registry import Queue, job


@job("send_account_letter", queue=Queue.MAIL)
def send_letter(environment: Environment, account: int, event: str) -> None:
    """Tell the owner of an account that its password or second factor was changed."""
    send_account_letter(environment, account, Event(event))


@job("send_account_link", queue=Queue.MAIL)
def send_account_link(environment: Environment, email: str, purpose: Purpose, language: str) -> None:
    """Send the link that somebody asked for, if the address has an account."""
    send_link(environment, email, purpose, language)


@job("write_to_administrator", queue=Queue.MAIL)
def write_to_administrators(environment: Environment, email: str, subject: str, text: str) -> None:
    """Send a letter about the system itself to an administrator."""
    write_to_administrator(environment, email, subject, text)


@job("forget_kept_forms", every="41 * * * *")
def forget_kept_forms(environment: Environment) -> None:
    """Forget what was typed into forms and never sent again."""
    forget_old()
