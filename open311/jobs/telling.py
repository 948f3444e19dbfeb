"""Jobs that tell people and programs what happened."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.waiting_jobs import drop_waiting
from open311.actions.telling.call import call_webhooks
from open311.actions.telling.digest import collect_digests
from open311.actions.telling.expand import expand_update
from open311.actions.telling.send import send_messages
from open311.jobs.registry import Queue, job


@job("notify")
def notify(environment: Environment, service_request: int, update_id: str | None) -> None:
    """Make the messages and webhook calls of an update."""
    expand_update(environment, service_request, update_id)


# What waits for another attempt has no job of its own: the minute's run finds it.
@job("send_messages", every="* * * * *", queue=Queue.MAIL)
def send(environment: Environment) -> None:
    """Send the messages that are waiting: also those for which other jobs like this one wait, which are not needed."""
    drop_waiting("send_messages")
    send_messages(environment)


@job("call_webhooks", every="* * * * *", queue=Queue.CALLS)
def call(environment: Environment) -> None:
    """Make the webhook calls that are due, as ``send`` does."""
    drop_waiting("call_webhooks")
    call_webhooks(environment)


@job("collect_digests", every="3 * * * *")
def digests(environment: Environment) -> None:
    """Make the daily digests of the cities where it is morning."""
    collect_digests(environment)
