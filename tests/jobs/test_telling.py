"""Real workers and a real mail server: everybody is told once, whatever happens to the workers."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from open311.actions.base.actor import Actor
from open311.actions.cases.progress import comment, progress
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from tests.conftest import API, GRAFFITI
from tests.jobs.conftest import Processes, wait_for
from tests.mailbox import Mailbox, words

pytestmark = pytest.mark.slow
STAFF = Actor("staff")


@pytest.fixture
def filed(server: Flask, written_key: str) -> Any:
    """File so many reports, each with an address of its own; answers their numbers."""

    def run(count: int, name: str) -> list[str]:
        client = server.test_client()
        return [
            client.post(
                f"{API}/requests.json",
                data={**GRAFFITI, "api_key": written_key, "email": f"{name}{each}@example.org"},
            ).get_json()[0]["service_request_id"]
            for each in range(count)
        ]

    return run


@pytest.fixture
def sent(ask: Any) -> Callable[[str], int]:
    """How many messages have left for addresses that begin so."""
    query = "SELECT count(*) FROM message WHERE state = 'sent' AND starts_with(address, %s)"
    return lambda name: int(ask(query, name)[0][0])


@pytest.fixture
def two_workers(processes: Processes, ask: Any, mailbox: Mailbox) -> Any:
    """Start two workers, and wait until both are there: the second may take longer than all the work does."""

    def run() -> list[subprocess.Popen[bytes]]:
        ask("DELETE FROM procrastinate_workers")  # those that were killed
        workers = [processes.start("worker", SMTP_URL=mailbox.url) for _ in range(2)]
        wait_for(lambda: ask("SELECT 1 FROM procrastinate_workers OFFSET 1"))
        return workers

    return run


def received(mailbox: Mailbox, name: str) -> Counter[str]:
    return Counter(message["To"] for message in mailbox.messages if message["To"].startswith(name))


def test_a_worker_killed_between_two_messages_loses_none(
    processes: Processes, sent: Callable[[str], int], filed: Any, mailbox: Mailbox
) -> None:
    mailbox.hold_after = 3
    filed(8, "kill")
    worker = processes.start("worker", "--concurrency", "1", SMTP_URL=mailbox.url)
    wait_for(lambda: sent("kill") == 3)
    assert processes.end(worker, signal.SIGKILL) == -signal.SIGKILL
    mailbox.hold_after = None
    worker = processes.start("worker", SMTP_URL=mailbox.url)
    wait_for(lambda: sent("kill") == 8)
    assert processes.end(worker) == 0
    counts = received(mailbox, "kill")
    assert set(counts) == {f"kill{each}@example.org" for each in range(8)}
    assert sum(counts.values()) <= 9  # the one under way may come twice, and no other
    ids = [message["Message-ID"] for message in mailbox.messages]
    assert len(set(ids)) == 8


def test_two_workers_tell_everybody_once(
    processes: Processes, two_workers: Any, sent: Callable[[str], int], filed: Any, mailbox: Mailbox
) -> None:
    workers = two_workers()
    filed(30, "two")
    wait_for(lambda: sent("two") == 30)
    assert [processes.end(worker) for worker in workers] == [0, 0]
    assert received(mailbox, "two") == {f"two{each}@example.org": 1 for each in range(30)}


def test_two_workers_tell_it_in_the_order_in_which_it_happened(
    processes: Processes,
    two_workers: Any,
    server: Flask,
    ask: Any,
    sent: Callable[[str], int],
    filed: Any,
    mailbox: Mailbox,
) -> None:
    numbers = filed(5, "order")
    ask("UPDATE subscription SET confirmed_at = now() WHERE starts_with(address, 'order')")
    news = [f"News {each}" for each in range(5)]
    with server.app_context():
        for number in numbers:
            for text in news:
                comment(server.extensions["open311"], CaseRef("phila.gov", number), STAFF, Change(text=text))
    workers = two_workers()
    wait_for(lambda: sent("order") == 30)
    assert [processes.end(worker) for worker in workers] == [0, 0]
    for each in range(5):
        receipt, *told = mailbox.to(f"order{each}@example.org")
        assert "we have it" in receipt["Subject"]
        assert [word for message in told for word in news if word in words(message)] == news


def test_nothing_is_told_of_what_was_rolled_back(
    processes: Processes,
    server: Flask,
    ask: Any,
    sent: Callable[[str], int],
    filed: Any,
    mailbox: Mailbox,
) -> None:
    (number,) = filed(1, "back")
    ask("UPDATE subscription SET confirmed_at = now() WHERE address = 'back0@example.org'")
    ask("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
    ask("CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON service_request DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse()")  # fmt: skip
    close = (server.extensions["open311"], CaseRef("phila.gov", number), STAFF)
    with server.app_context(), pytest.raises(Exception, match="no"):
        progress(*close, Change(Status.CLOSED, Outcome.RESOLVED, text="Never happened."))
    ask("DROP TRIGGER refuse ON service_request")
    with server.app_context():
        progress(*close, Change(Status.CLOSED, Outcome.RESOLVED, text="It is done."))
    worker = processes.start("worker", SMTP_URL=mailbox.url)
    wait_for(lambda: sent("back") == 2)
    assert processes.end(worker) == 0
    told = [words(message) for message in mailbox.messages]
    assert len(told) == 2
    assert "It is done." in told[-1]
    assert not any("Never happened." in text for text in told)
