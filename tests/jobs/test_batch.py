"""Changes to many cases that were held back: done once, whoever does them, and undone or done, never half."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import psycopg
import pytest
from flask import Flask

from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.cases.batch import do_batch, start_batch, undo_batch
from open311.domain.roles import Grant, Role
from tests.conftest import API, GRAFFITI
from tests.jobs.conftest import Processes, wait_for

pytestmark = pytest.mark.slow
NOTES = """
SELECT count(*), count(DISTINCT service_request) FROM service_request_update
WHERE note = %s AND service_request IN (SELECT key FROM service_request WHERE service_request_id = ANY(%s))
"""


@pytest.fixture(scope="module")
def account(server: Flask) -> int:
    """Somebody who may add notes."""
    with server.app_context():
        environment = server.extensions["open311"]
        return grant_role(environment, "ana@phila.example", Grant(Role.SUPERVISOR), Actor("staff:tests"), "Ana")


@pytest.fixture
def held(server: Flask, written_key: str, account: int, ask: Any) -> Callable[..., tuple[int, str, list[str]]]:
    """File so many reports and hold a note about them; answers key and id of the change, and the numbers."""

    def run(count: int, note: str) -> tuple[int, str, list[str]]:
        client = server.test_client()
        form = {**GRAFFITI, "api_key": written_key}
        numbers = [
            client.post(f"{API}/requests.json", data=form).get_json()[0]["service_request_id"] for _ in range(count)
        ]
        with server.app_context():
            environment = server.extensions["open311"]
            cases = [(number, 1) for number in numbers]
            uuid = start_batch(environment, "phila.gov", cases, "note", {"note": note}, Actor("staff", account=account))
        return ask("SELECT max(key) FROM batch_change")[0][0], uuid, numbers

    return run


def at_once(server: Flask, acts: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        with server.app_context():
            barrier.wait(30)
            return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_two_workers_do_each_case_once(server: Flask, held: Any, ask: Any) -> None:
    key, _, numbers = held(12, "two")
    environment = server.extensions["open311"]
    done = at_once(server, [lambda: do_batch(environment, key)] * 2)
    assert sum(done) == 12
    assert ask(NOTES, "two", numbers) == [(12, 12)]


@pytest.mark.parametrize("turn", range(5))
def test_undoing_at_the_same_moment_wins_or_loses_whole(
    server: Flask, held: Any, ask: Any, account: int, turn: int
) -> None:
    key, uuid, numbers = held(3, f"race {turn}")
    environment = server.extensions["open311"]
    done, undone = at_once(server, [lambda: do_batch(environment, key), lambda: undo_batch(uuid, account)])
    assert (done, undone) in ((3, False), (0, True))
    assert ask(NOTES, f"race {turn}", numbers) == [(done, done)]


def test_what_a_killed_worker_left_is_done_by_another(
    processes: Processes, server: Flask, held: Any, ask: Any, own_database: str
) -> None:
    ask("DELETE FROM procrastinate_jobs")
    key, _, numbers = held(6, "killed")
    ask("UPDATE procrastinate_jobs SET scheduled_at = now()")
    with psycopg.connect(own_database.replace("+psycopg", "")) as other:
        other.execute("SELECT FROM service_request WHERE service_request_id = %s FOR UPDATE", (numbers[3],))
        worker = processes.start("worker", "--concurrency", "1")
        wait_for(lambda: ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
                             " AND query NOT LIKE '%%procrastinate%%'",
                             own_database.rpartition("/")[2].partition("?")[0]))  # fmt: skip
        assert processes.end(worker, signal.SIGKILL) == -signal.SIGKILL
    assert ask(NOTES, "killed", numbers) == [(3, 3)]
    with server.app_context():
        assert do_batch(server.extensions["open311"], key) == 3
    assert ask(NOTES, "killed", numbers) == [(6, 6)]
