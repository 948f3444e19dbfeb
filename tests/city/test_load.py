"""Loading the city: publications are rendered again when anything changed that they are rendered from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.city.load_city import load_city
from open311.wire.formats import FORMATS


def services_to_render_again(city: Connection) -> int:
    found = city.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'republish_service'"))
    return int(found or 0)


@pytest.mark.parametrize("stored", [True, False])
def test_a_new_format_renders_every_service_again_only_if_it_is_stored(
    city: Connection, environment: Environment, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    load_city(environment)
    assert services_to_render_again(city) == 0
    monkeypatch.setitem(FORMATS, "csv", replace(FORMATS["json"], suffix="csv", stored=stored))
    load_city(environment)
    services = sum(len(each.services) for each in environment.city.jurisdictions.values())
    assert services_to_render_again(city) == (services if stored else 0)
