"""The one blueprint of the console, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import request

from open311.actions.base.environment import current_environment
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from open311.entrypoints.console.words import Words
from open311.queries.cases.queues import Viewer
from open311.queries.order import in_order
from open311.web.gate import can_open, me
from open311.web.pages import Pages

Item = TypeVar("Item")

blueprint = Pages("console", __name__, url_prefix="/staff")


def city() -> Jurisdiction:
    """The jurisdiction whose cases the console shows: the city's first. Nobody works on the cases of a sandbox."""
    return current_environment().city.first


def viewer() -> Viewer:
    """Who looks at the console, and when; queries ask for it."""
    moment = now()
    local = moment.astimezone(ZoneInfo(city().timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Viewer(city().key, me().account, me().grants, moment, midnight, city().services)


def by_name(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """Things in the order of their names, as the city's language has it."""
    return in_order(items, city().languages[0], name)


def asks_for_part() -> bool:
    """Whether htmx asks for a part of a page only. When somebody goes back in the browser, it asks for all of it."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


@blueprint.context_processor
def _shared() -> dict[str, Any]:
    return {"can_open": can_open, "words": Words(city(), now())}
