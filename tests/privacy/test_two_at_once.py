"""Two workers forget at the same moment: everything goes once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from open311.actions.accounts.keys import issue_key
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection
from open311.actions.cases.progress import progress
from open311.actions.privacy import retention
from open311.app import create_app
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.models.base import database
from open311.settings import Settings
from tests.conftest import API, GRAFFITI
from tests.forgetting import AGE, forgotten
from tests.privacy.conftest import HERE, STAFF

REPORTS = 8


@pytest.fixture
def other(app: Flask, own_database: str, tmp_path: Path) -> Flask:
    """Another installation, whose rows all its threads see."""
    return create_app(Settings(database_url=own_database, media_dir=tmp_path))


def file_and_close(other: Flask, environment: Environment) -> None:
    api_key = issue_key(environment.city.jurisdictions[HERE], "tests")
    for number in range(REPORTS):
        form = {**GRAFFITI, "api_key": api_key, "first_name": f"Reporter {number}"}
        filed = other.test_client().post(f"{API}/requests.json", data=form).get_json()[0]["service_request_id"]
        progress(
            environment, CaseRef(HERE, filed), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done.")
        )


def test_everything_goes_once(other: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 1)
    environment: Environment = other.extensions["open311"]
    barrier = Barrier(2)
    with other.app_context():
        file_and_close(other, environment)

    def run() -> int:
        with other.app_context():
            barrier.wait(30)
            return forgotten(environment, AGE)["reporters"]

    with ThreadPoolExecutor(2) as pool:
        counts = [each.result() for each in [pool.submit(run), pool.submit(run)]]
    with other.app_context():
        left = connection().execute("SELECT count(*) FROM person WHERE erased_at IS NULL").fetchone()
        noted = connection().execute("SELECT count(*) FROM audit_log WHERE target = 'retention:reporters:1'").fetchone()
        database.session.remove()
        for engine in database.engines.values():
            engine.dispose()
    assert sum(counts) == REPORTS
    assert (left, noted) == ((0,), (REPORTS,))
