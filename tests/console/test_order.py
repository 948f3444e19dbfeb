"""Choices stand in the order of their names, as the city's language has it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from open311.actions.base.environment import Environment
from open311.catalog.city import Department, Jurisdiction
from tests.accounts.conftest import Browser


def test_services_departments_are_listed_by_name_in_the_console(
    desk: Browser, environment: Environment, with_parts: Any, phila: Jurisdiction
) -> None:
    names = ["Basura", "Árboles", "Semáforos y señales", "Zona 10", "Zona 9"]
    service = next(iter(phila.services.values()))
    services = {name: replace(service, service_code=name, service_name=name) for name in names}
    departments = {name: Department(name, name) for name in names}
    here = replace(phila, services=services, departments=departments, languages=("es",))
    jurisdictions = {"phila.gov": here}
    with_parts(city=replace(environment.city, jurisdictions=jurisdictions))
    expected = ["Árboles", "Basura", "Semáforos y señales", "Zona 9", "Zona 10"]
    desk.get("/staff")
    for field, listed in (("service_code", expected), ("department", expected)):
        choice = desk.text[desk.text.index(f'name="{field}"') :].partition("</select>")[0]
        assert re.findall(r"<option[^>]*>([^<]+)</option>", choice)[-len(listed) :] == listed
