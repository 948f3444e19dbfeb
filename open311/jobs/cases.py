"""Jobs about service requests: their numbers, promises, referrals, and changes of many at once."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.cases.batch import do_batch
from open311.actions.cases.deadlines import look_at_promises
from open311.actions.cases.refer import forward, mirror_referrals
from open311.actions.intake.submit import give_number
from open311.jobs.registry import Queue, job


@job("number_service_request")
def number(environment: Environment, key: int) -> None:
    """Give a service request that was filed with a token its number."""
    give_number(environment, key)


@job("do_batch")
def batch(environment: Environment, key: int) -> None:
    """Apply one change to many service requests."""
    do_batch(environment, key)


@job("look_at_promises", every="* * * * *")
def promises(environment: Environment) -> None:
    """Notice promises that are due or broken."""
    look_at_promises(environment)


@job("forward_referral", queue=Queue.CALLS)
def forward_referral(environment: Environment, key: int) -> None:
    """File a referral at the server of the body that it is referred to."""
    forward(environment, key)


@job("mirror_referrals", every="*/5 * * * *", queue=Queue.CALLS)
def mirror(environment: Environment) -> None:
    """Ask other servers what became of the service requests that are referred to them."""
    mirror_referrals(environment)
