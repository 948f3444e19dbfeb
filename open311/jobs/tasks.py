"""The tasks, each idempotent and with a retry policy."""

from __future__ import annotations

import logging
from dataclasses import replace

import procrastinate
from flask import Flask
from procrastinate import RetryStrategy

from open311.actions.accounts.account_links import Purpose, send_link
from open311.actions.base.actor import SYSTEM
from open311.actions.base.environment import current_environment
from open311.actions.cases.batch import do_batch
from open311.actions.cases.deadlines import look_at_promises
from open311.actions.cases.refer import forward, mirror_referrals
from open311.actions.intake.submit import give_number
from open311.actions.privacy.retention import run_retention
from open311.actions.publications.republish import republish
from open311.actions.telling.digest import collect_digests
from open311.actions.telling.notify import expand, send_messages
from open311.actions.telling.webhooks import call_webhooks
from open311.catalog.read import read_city

RETRY = RetryStrategy(max_attempts=10, exponential_wait=2)
STALLED_AFTER = 120
"""Seconds without a heartbeat after which a worker counts as dead."""
_LOG = logging.getLogger(__name__)


def add_tasks(queue: procrastinate.App, app: Flask) -> None:
    """Register every task; each runs in the application's context."""

    @queue.task(name="number_service_request", retry=RETRY)
    def number_service_request(key: int) -> None:
        with app.app_context():
            give_number(current_environment(), key)

    @queue.task(name="republish_service", retry=RETRY)
    def republish_service(jurisdiction: str, service_code: str) -> None:
        with app.app_context():
            # The job is there because the files changed, perhaps since this worker read them.
            known = current_environment()
            environment = replace(known, city=read_city(known.city.directory))
            for done in republish(environment, jurisdiction, service_code):
                _LOG.info("%s %s: %s publications made anew", jurisdiction, service_code, done)

    @queue.task(name="forward_referral", retry=RETRY)
    def forward_referral(key: int) -> None:
        with app.app_context():
            forward(current_environment(), key)

    @queue.task(name="send_account_link", retry=RETRY)
    def send_account_link(email: str, purpose: Purpose, language: str) -> None:
        with app.app_context():
            send_link(current_environment(), email, purpose, language)

    @queue.task(name="do_batch", retry=RETRY)
    def do_batch_job(key: int) -> None:
        with app.app_context():
            do_batch(current_environment(), key)

    @queue.task(name="notify", retry=RETRY)
    def notify(service_request: int, update_id: str | None) -> None:
        with app.app_context():
            expand(current_environment(), service_request, update_id)

    # What waits for another attempt has no job of its own: the minute's run finds it.
    @queue.periodic(cron="* * * * *")
    @queue.task(name="send_messages", retry=RETRY, queueing_lock="send_messages")
    def send(timestamp: int = 0) -> None:
        with app.app_context():
            send_messages(current_environment())

    @queue.periodic(cron="* * * * *")
    @queue.task(name="call_webhooks", retry=RETRY, queueing_lock="call_webhooks")
    def call(timestamp: int = 0) -> None:
        with app.app_context():
            call_webhooks(current_environment())

    @queue.periodic(cron="3 * * * *")
    @queue.task(name="collect_digests", retry=RETRY, queueing_lock="collect_digests")
    def digests(timestamp: int) -> None:
        with app.app_context():
            collect_digests(current_environment())

    @queue.periodic(cron="* * * * *")
    @queue.task(name="look_at_promises", retry=RETRY, queueing_lock="look_at_promises")
    def promises(timestamp: int) -> None:
        with app.app_context():
            look_at_promises(current_environment())

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(name="mirror_referrals", retry=RETRY, queueing_lock="mirror_referrals")
    def referrals(timestamp: int) -> None:
        with app.app_context():
            mirror_referrals(current_environment())

    @queue.periodic(cron="17 3 * * *")
    @queue.task(name="forget", retry=RETRY, queueing_lock="forget")
    def forget(timestamp: int) -> None:
        with app.app_context():
            for swept in run_retention(current_environment(), SYSTEM):
                _LOG.info("%s: %s forgotten", swept.span, swept.count)

    @queue.periodic(cron="*/2 * * * *")
    @queue.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
    async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
            await manager.retry_job(job)
