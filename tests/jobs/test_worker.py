"""``open311 worker`` as a real process: every job is done once, and none is lost."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from pathlib import Path
from shutil import copytree
from typing import Any

import psycopg
import pytest
from flask import Flask
from procrastinate.exceptions import AlreadyEnqueued

from open311.domain.exposure import Precision
from open311.domain.place import Point
from open311.domain.public_place import public_point
from open311.models.base import database
from tests.conftest import API, GRAFFITI, PLACE
from tests.jobs.conftest import Processes, wait_for

pytestmark = pytest.mark.slow
HOME = Path(__file__).resolve().parents[2]
INLET = {"service_code": "SR-WD01", "attribute[problem_type]": "clogged", **PLACE}


@pytest.fixture
def token(server: Flask, written_key: str) -> Any:
    """File a report whose number comes later; answers its token."""

    def run() -> str:
        response = server.test_client().post(f"{API}/requests.json", data={**INLET, "api_key": written_key})
        return str(response.get_json()[0]["token"])

    return run


@pytest.fixture
def number_of(server: Flask) -> Any:
    """The number under a token, none while it is pending."""

    def run(token: str) -> str | None:
        (found,) = server.test_client().get(f"{API}/tokens/{token}.json").get_json()
        return found.get("service_request_id")

    return run


def test_a_token_gets_its_number_and_a_signal_ends_the_worker(processes: Processes, token: Any, number_of: Any) -> None:
    worker = processes.start("worker")
    filed = token()
    assert wait_for(lambda: number_of(filed)).isdigit()
    assert processes.end(worker) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_without_work_ends_cleanly(processes: Processes, ask: Any, how: signal.Signals) -> None:
    before = ask("SELECT count(*) FROM procrastinate_workers")[0][0]
    worker = processes.start("worker")
    wait_for(lambda: ask("SELECT count(*) FROM procrastinate_workers")[0][0] > before)
    assert processes.end(worker, how) == 0
    assert ask("SELECT count(*) FROM procrastinate_workers") == [(before,)]


def test_a_killed_worker_loses_nothing(
    processes: Processes, server: Flask, ask: Any, own_database: str, token: Any, number_of: Any
) -> None:
    filed = token()
    with psycopg.connect(own_database.replace("+psycopg", "")) as other:
        other.execute("SELECT FROM service_request WHERE service_request_id IS NULL FOR UPDATE")
        killed = processes.start("worker")
        doing = "SELECT id FROM procrastinate_jobs WHERE task_name = 'number_service_request' AND status = 'doing'"
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        wait_for(lambda: ask(doing) and ask(waiting))
        assert processes.end(killed, signal.SIGKILL) == -signal.SIGKILL
    assert number_of(filed) is None
    assert ask(doing)

    # Instead of waiting until the heartbeat is old enough, and for the next even minute.
    ask("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    with suppress(AlreadyEnqueued), server.app_context():
        server.extensions["queue"].configure_task(
            "retry_stalled", connection=database.session.connection().connection.driver_connection
        ).defer(timestamp=0)
        database.session.commit()
    worker = processes.start("worker")
    assert wait_for(lambda: number_of(filed)).isdigit()
    assert processes.end(worker) == 0
    assert ask(doing) == []


def test_two_workers_do_each_job_once(processes: Processes, ask: Any, token: Any, number_of: Any) -> None:
    ask("CREATE TABLE begun (job bigint, worker bigint)")
    ask("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO begun VALUES (NEW.id, NEW.worker_id); RETURN NEW; END $$")  # fmt: skip
    ask("CREATE TRIGGER note AFTER UPDATE ON procrastinate_jobs FOR EACH ROW"
        " WHEN (NEW.status = 'doing' AND OLD.status = 'todo' AND NEW.task_name = 'number_service_request')"
        " EXECUTE FUNCTION note()")  # fmt: skip
    workers = [processes.start("worker", "--concurrency", "1") for _ in range(2)]
    wait_for(lambda: ask("SELECT 1 FROM procrastinate_workers OFFSET 1"))
    filed = [token() for _ in range(60)]
    numbers = [wait_for(lambda each=each: number_of(each)) for each in filed]
    assert len(set(numbers)) == 60
    assert [processes.end(worker) for worker in workers] == [0, 0]
    assert ask("SELECT count(*), count(DISTINCT job) FROM begun") == [(60, 60)]
    history = ask(
        "SELECT count(*) FROM service_request_update u JOIN service_request r ON r.key = u.service_request"
        " WHERE r.service_request_id = ANY(%s)",
        numbers,
    )
    assert history == [(60,)]


def test_a_stricter_service_is_taken_back_at_once_and_comes_back_blurred(
    processes: Processes, server: Flask, ask: Any, written_key: str, tmp_path: Path
) -> None:
    for name in ("config", "service_definitions"):
        copytree(HOME / name, tmp_path / name)
    city = {"CITY_DIR": str(tmp_path)}
    form = {**GRAFFITI, "api_key": written_key, "address_string": "1415 E PASSYUNK AVE"}
    response = server.test_client().post(f"{API}/requests.json", data=form)
    number = response.get_json()[0]["service_request_id"]
    published = "SELECT convert_from(json, 'UTF8') FROM publication WHERE service_request_id = %s"
    ((before,),) = ask(published, number)
    assert (json.loads(before)["lat"], json.loads(before)["address"]) == (39.9526, "1415 E PASSYUNK AVE")

    worker = processes.start("worker", **city)
    wait_for(lambda: ask("SELECT 1 FROM procrastinate_workers"))
    worker.send_signal(signal.SIGSTOP)  # or it would be done before we look
    definition = tmp_path / "service_definitions" / "SR-CL01.yaml"
    definition.write_text(definition.read_text().replace("service_name:", "location: block\nservice_name:", 1))
    assert "Graffiti Removal is less public now" in processes.run("city", "load", **city)
    assert ask(published, number) == []

    worker.send_signal(signal.SIGCONT)
    ((after,),) = wait_for(lambda: ask(published, number))
    assert processes.end(worker) == 0
    blurred = public_point(Point(-75.1652, 39.9526), Precision.BLOCK)
    assert blurred
    document = json.loads(after)
    assert (document["long"], document["lat"]) == (blurred.long, blurred.lat) != (-75.1652, 39.9526)
    assert document["address"] == "1400 block of E PASSYUNK AVE"
