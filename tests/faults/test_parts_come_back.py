"""Parts that die come back, and nobody notices: web processes, the worker, a mail server that hangs."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from procrastinate.exceptions import ConnectorException

from open311.entrypoints.commands import serving
from open311.jobs import make_queue
from tests.conftest import API, GRAFFITI, PLACE
from tests.faults.line import line_to
from tests.jobs.conftest import Processes, wait_for
from tests.jobs.conftest import ask as ask
from tests.jobs.conftest import processes as processes
from tests.jobs.conftest import server as server
from tests.jobs.conftest import started as started
from tests.jobs.conftest import written_key as written_key
from tests.serving import free_port

pytestmark = pytest.mark.slow
INLET = {"service_code": "SR-WD01", "attribute[problem_type]": "clogged", **PLACE}


def status_at(port: int, path: str = f"{API}/services.json", method: str = "GET", body: str | None = None) -> int:
    """One call on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body, kind)
    status = connection.getresponse().status
    connection.close()
    return status


def answers(port: int) -> bool:
    try:
        return status_at(port) == 200
    except OSError:
        return False


class Asking:
    """Asks again and again, and notes what was no answer."""

    def __init__(self, port: int) -> None:
        self.port, self.faults, self.count = port, list[str](), 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.count += 1
            try:
                if (status := status_at(self.port, "/health/live")) != 200:
                    self.faults.append(str(status))
            except (OSError, http.client.HTTPException) as fault:
                self.faults.append(repr(fault))
            time.sleep(0.01)

    def __enter__(self) -> Asking:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """The web processes of a server."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(each) for each in found if b"resource_tracker" not in Path(f"/proc/{each}/cmdline").read_bytes()]


def test_a_web_process_that_is_killed_comes_back_while_the_others_answer(processes: Processes) -> None:
    port = free_port()
    process = processes.start("serve", "--port", str(port), "--workers", "2")
    wait_for(lambda: answers(port))
    wait_for(lambda: len(children(process)) == 2)
    time.sleep(1)
    before = children(process)
    with Asking(port) as asking:
        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: len(set(children(process)) - set(before)) == 1 and len(children(process)) == 2)
        time.sleep(2)
    assert asking.count > 20
    assert len(asking.faults) <= 2, asking.faults  # what the dead process had taken, and nothing else
    assert processes.end(process) == 0


def test_a_server_that_is_stopped_answers_what_it_has_begun(
    processes: Processes, own_database: str, written_key: str
) -> None:
    port = free_port()
    process = processes.start("serve", "--port", str(port), "--workers", "1")
    wait_for(lambda: answers(port))
    form = "&".join(f"{name}={value}" for name, value in {**GRAFFITI, "api_key": written_key}.items())
    begun: list[int] = []
    thread = threading.Thread(
        target=lambda: begun.append(status_at(port, f"{API}/requests.json", "POST", form)), daemon=True
    )
    with psycopg.connect(own_database.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE service_request IN EXCLUSIVE MODE")
        thread.start()
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        other.rollback()
    thread.join(30)
    assert begun == [200]
    assert process.wait(60) == 0


def test_of_two_servers_on_one_port_one_can_be_stopped_and_no_request_is_lost(processes: Processes) -> None:
    port = free_port()
    old = processes.start("serve", "--port", str(port), "--workers", "1")
    wait_for(lambda: answers(port))
    new = processes.start("serve", "--port", str(port), "--workers", "1")
    wait_for(lambda: children(new))
    time.sleep(8)
    with Asking(port) as asking:
        time.sleep(1)
        assert processes.end(old) == 0
        time.sleep(1)
    assert asking.faults == []
    assert asking.count > 50
    assert processes.end(new) == 0


@pytest.fixture
def short_directory() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="o311-"))  # a socket's path must be short
    yield made
    shutil.rmtree(made)


def token_of(server: Flask, key: str, **fields: str) -> str:
    response = server.test_client().post(f"{API}/requests.json", data={**INLET, "api_key": key, **fields})
    return str(response.get_json()[0]["token"])


def number_of(server: Flask, token: str) -> str | None:
    (found,) = server.test_client().get(f"{API}/tokens/{token}.json").get_json()
    return found.get("service_request_id")  # type: ignore[no-any-return]


def test_a_worker_goes_on_after_the_database_was_away(
    processes: Processes, server: Flask, own_database: str, written_key: str, short_directory: Path
) -> None:
    with line_to(own_database, short_directory) as (line, url):
        worker = processes.start("worker", DATABASE_URL=url)
        first = token_of(server, written_key)
        wait_for(lambda: number_of(server, first))
        line.cut()
        time.sleep(4)
        assert worker.poll() is None
        second = token_of(server, written_key)
        time.sleep(1)
        assert number_of(server, second) is None
        line.mend()
        wait_for(lambda: number_of(server, second))
        assert processes.end(worker) == 0


def test_a_worker_ends_with_a_failure_when_the_database_stays_away(
    server: Flask, own_database: str, short_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "AWAY_SECONDS", 3)
    monkeypatch.setattr(serving, "PAUSE_SECONDS", 0.5)
    with line_to(own_database, short_directory) as (line, url):
        queue = make_queue(server, url)
        threading.Timer(3, line.cut).start()
        began = time.monotonic()
        with pytest.raises((ConnectorException, psycopg.Error)):
            asyncio.run(serving._work(queue, 1))
        assert time.monotonic() - began < 150


def test_a_mail_server_that_hangs_delays_no_number_and_piles_up_no_jobs(
    processes: Processes, server: Flask, ask: Any, written_key: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never says a word
        port = silent.getsockname()[1]
        worker = processes.start("worker", SMTP_URL=f"smtp://127.0.0.1:{port}")
        wait_for(lambda: ask("SELECT 1 FROM procrastinate_workers"))
        for each in range(12):
            form = {**GRAFFITI, "api_key": written_key, "email": f"hang{each}@example.org"}
            assert server.test_client().post(f"{API}/requests.json", data=form).status_code == 200
        mail = "FROM procrastinate_jobs WHERE task_name = 'send_messages'"
        wait_for(lambda: ask(f"SELECT 1 {mail} AND status = 'doing'"))
        for _ in range(3):
            filed, began = token_of(server, written_key), time.monotonic()
            wait_for(lambda filed=filed: number_of(server, filed))
            assert time.monotonic() - began < 20
        wait_for(lambda: ask(f"SELECT count(*) {mail} AND status IN ('todo', 'doing')")[0][0] <= 3)
        worker.kill()
        worker.wait()


def test_the_jobs_that_need_somebody_else_have_slots_of_their_own(server: Flask, ask: Any) -> None:
    queue = server.extensions["queue"]
    apart = {name: task.queue for name, task in queue.tasks.items() if task.queue not in ("default", "builtin")}
    assert apart == {
        "send_messages": "mail", "send_account_link": "mail", "write_to_administrator": "mail",
        "send_account_letter": "mail",
        "call_webhooks": "calls",
        "forward_referral": "calls", "mirror_referrals": "calls",
    }  # fmt: skip
    outbox = server.extensions["open311"].queue
    assert {name: outbox.tasks[name].queue for name in apart} == apart
