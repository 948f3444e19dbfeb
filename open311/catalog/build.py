"""Turn the city's checked files into frozen objects; nothing here can fail."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, time
from hashlib import sha256
from typing import Any

from open311.catalog.calendar import CityHolidays, weekdays
from open311.catalog.city import City, Department, Endpoint, Jurisdiction, Layer, RemoteServer
from open311.catalog.files import Files
from open311.catalog.replies import build_replies
from open311.catalog.retention import build_retention, holds_personal_data, remarks_on_retention
from open311.catalog.routing import build_routing
from open311.catalog.source import Source
from open311.catalog.texts import build_wordings, remarks_on_texts
from open311.domain.deadline import SLA, Unit, WorkingCalendar
from open311.domain.definition import (
    Attribute,
    Datatype,
    Option,
    Service,
    ServiceType,
    SLAException,
)
from open311.domain.exposure import Precision, Publishing
from open311.domain.place import Box
from open311.domain.priority import Priority


def build_city(files: Files, city: Source) -> City:
    """Build the city that checked files describe; ``city`` is ``config/city.yaml``."""
    jurisdictions = {key: _jurisdiction(files, key, item) for key, item in files.jurisdictions.items()}
    endpoints = tuple(
        Endpoint(path=item["path"], type=item["type"], jurisdictions=tuple(item["jurisdictions"]))
        for _, item in city.entries("endpoints")
    )
    return City(
        name=city.data["city"],
        jurisdictions=jurisdictions,
        endpoints=endpoints,
        fingerprint=_fingerprint(jurisdictions, endpoints),
        directory=files.directory,
        retention=build_retention(files),
        remarks=tuple(sorted([*remarks_on_texts(files), *remarks_on_retention(files)])),
    )


def _jurisdiction(files: Files, key: str, item: dict[str, Any]) -> Jurisdiction:
    departments = {item["code"]: _department(item) for item in _own(files, files.departments, "departments", key)}
    layers = {item["code"]: _layer(item) for item in _own(files, files.boundaries, "layers", key)}
    services = [_service(source.data, departments) for source in files.services if key in files.belongs(source.data)]
    bounds, languages = item.get("bounds"), tuple(item.get("languages", ["en"]))
    return Jurisdiction(
        key=key,
        jurisdiction_id=item["jurisdiction_id"],
        name=item["name"],
        timezone=item["timezone"],
        languages=languages,
        contact=item["contact"],
        phone=item.get("phone", ""),
        email=item.get("email", ""),
        website=item.get("website", ""),
        emergency=item["emergency"],
        api_terms=item.get("api_terms", ""),
        key_service=item["key_service"],
        calendar=_calendar(item["timezone"], languages[0], item["calendar"]),
        country=item.get("country") or item["calendar"].get("holidays", {}).get("country", ""),
        bounds=Box(*bounds) if bounds else None,
        sandbox=item.get("sandbox", False),
        anonymous_per_hour=item.get("anonymous_per_hour", 0),
        departments=departments,
        services={found.service_code: found for found in services},
        layers=layers,
        routing=build_routing(files, key, item["timezone"]),
        wordings=build_wordings(files, languages),
        replies=build_replies(files, key),
        holds_personal_data=holds_personal_data(files.privacy),
    )


def _own(files: Files, source: Source | None, key: str, jurisdiction: str) -> list[dict[str, Any]]:
    """Return the items of a file's list that belong to one jurisdiction."""
    items = source.entries(key) if source else ()
    return [item for _, item in items if jurisdiction in files.belongs(item)]


def _calendar(zone: str, language: str, item: dict[str, Any]) -> WorkingCalendar:
    holidays = item.get("holidays", {})
    moved = holidays.get("moved_from")
    return WorkingCalendar(
        zone=zone,
        opens=time.fromisoformat(item["opens"]),
        closes=time(0) if item["closes"] == "24:00" else time.fromisoformat(item["closes"]),
        weekdays=weekdays(item["weekdays"]),
        holidays=CityHolidays(
            country=holidays.get("country", ""),
            subdivision=holidays.get("subdivision", ""),
            also={day["date"]: day["name"] for day in holidays.get("also", [])},
            left_out=frozenset(holidays.get("not", [])),
            moved_from=None if moved is None else weekdays(moved),
            language=language,
        ),
    )


def _department(item: dict[str, Any]) -> Department:
    remote = RemoteServer(**item["open311"]) if "open311" in item else None
    return Department(**(item | {"open311": remote, "jurisdictions": tuple(item.get("jurisdictions", ()))}))


def _layer(item: dict[str, Any]) -> Layer:
    own: dict[str, Any] = {"name_property": item["code_property"], **item}
    own["jurisdictions"] = tuple(item.get("jurisdictions", ()))
    for key in {"valid_from", "valid_to"} & item.keys():
        own[key] = date.fromisoformat(item[key])
    return Layer(**own)


def _service(item: dict[str, Any], departments: dict[str, Department]) -> Service:
    sla = item.get("sla", {})
    return Service(
        service_code=item["service_code"],
        service_name=item["service_name"],
        description=item["description"],
        group=item["group"],
        keywords=tuple(item.get("keywords", ())),
        department=item["department"],
        agency_responsible=departments[item["department"]].name,
        type=ServiceType(item.get("type", ServiceType.REALTIME)),
        attributes=tuple(_attribute(given, order) for order, given in enumerate(item.get("attributes", ()), 1)),
        resolve=_sla(sla.get("resolve")),
        acknowledge=_sla(sla.get("acknowledge")),
        sla_exceptions=tuple(_sla_exception(given) for given in sla.get("exceptions", ())),
        publishing=Publishing(item.get("publishing", Publishing.AT_ONCE)),
        photos=Publishing(item.get("photos", Publishing.AT_ONCE)),
        location=Precision(item.get("location", Precision.EXACT)),
        location_layer=item.get("location_layer", ""),
        service_notice=item.get("service_notice", ""),
        retired=item.get("retired", False),
        code_is_ours=item.get("code_is_ours", False),
        jurisdictions=tuple(item.get("jurisdictions", ())),
        **{f"duplicate_{unit}": amount for unit, amount in item.get("duplicates", {}).items()},
    )


def _sla_exception(item: dict[str, Any]) -> SLAException:
    return SLAException(
        boundaries=frozenset(item.get("boundary", ())),
        priorities=frozenset(Priority[word.upper()] for word in item.get("priority", ())),
        resolve=_sla(item.get("resolve")),
        acknowledge=_sla(item.get("acknowledge")),
    )


def _sla(text: str | None) -> SLA | None:
    """Read an SLA like ``7 working days`` or ``1 working day``."""
    if text is None:
        return None
    amount, _, unit = text.partition(" ")
    return SLA(int(amount), Unit(unit.rstrip("s").replace(" ", "_") + "s"))


def _attribute(item: dict[str, Any], order: int) -> Attribute:
    values = tuple(Option(key, name) for key, name in item.get("values", {}).items())
    return Attribute(**(item | {"datatype": Datatype(item["datatype"]), "order": order, "values": values}))


def _fingerprint(jurisdictions: dict[str, Jurisdiction], endpoints: tuple[Endpoint, ...]) -> str:
    """Hash everything that clients can see, in the order of the files: not calendars, routing, letters and the like."""
    seen = [
        vars(jurisdiction)
        | {"departments": None, "calendar": None, "routing": None, "wordings": None, "replies": None}
        | {"services": [asdict(service) for service in jurisdiction.services.values()]}
        | {"layers": [asdict(layer) for layer in jurisdiction.layers.values()]}
        for jurisdiction in jurisdictions.values()
    ]
    written = json.dumps([seen, [asdict(endpoint) for endpoint in endpoints]], default=str)
    return sha256(written.encode()).hexdigest()
