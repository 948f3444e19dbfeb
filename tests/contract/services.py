"""Every service of the city, and a complete report of each."""

from __future__ import annotations

from typing import Any

from open311.catalog.location import city_directory
from open311.catalog.read import read_city
from open311.domain.definition import Attribute, Datatype, Service
from tests.conftest import PLACE

SERVICES: dict[str, Service] = dict(read_city(city_directory()).jurisdictions["phila.gov"].services)


DEFINED = list(SERVICES.values())


EXAMPLES = {
    Datatype.STRING: ["behind the school"],
    Datatype.TEXT: ["It began last week.\nNobody has come yet."],
    Datatype.NUMBER: ["3"],
    Datatype.DATETIME: ["2026-01-31T13:45:00-05:00"],
}


def example(attribute: Attribute) -> list[str]:
    """An answer that fits a question; of a list of many, the first and the last."""
    keys = [option.key for option in attribute.values]
    if attribute.datatype is Datatype.MULTIVALUELIST:
        return list(dict.fromkeys((keys[0], keys[-1])))
    return [keys[-1]] if keys else EXAMPLES[attribute.datatype]


def form(service: Service, *, whole: bool) -> dict[str, Any]:
    """A report with an answer to every question, or to those only that must be answered."""
    asked = [each for each in service.attributes if each.variable and (whole or each.required)]
    answers = {
        f"attribute[{each.code}]" + "[]" * (each.datatype is Datatype.MULTIVALUELIST): example(each) for each in asked
    }
    return {"service_code": service.service_code, "description": "Seen on the way to work", **PLACE, **answers}
