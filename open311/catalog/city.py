"""What a city's files say, as frozen objects; ``catalog/read.py`` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from open311.catalog.faults import Fault
from open311.domain.deadline import WorkingCalendar
from open311.domain.definition import Service
from open311.domain.place import Box
from open311.domain.reply import Reply
from open311.domain.retention import Retention
from open311.domain.routing import Routing
from open311.domain.wording import Wordings


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """Another body's GeoReport v2 server, to which service requests are forwarded."""

    url: str
    service_codes: Mapping[str, str]
    jurisdiction_id: str = ""
    api_key_variable: str = ""

    def service_code(self, ours: str) -> str | None:
        """Return their service code for one of our services; None if they have no such service."""
        return self.service_codes.get(ours) or self.service_codes.get("*")


@dataclass(frozen=True, slots=True)
class Department:
    """A department that is responsible for services, or a body ``outside`` the city to which they are referred."""

    code: str
    name: str
    email: str = ""
    phone: str = ""
    url: str = ""
    teams: Mapping[str, str] = field(default_factory=dict)
    escalation_email: str = ""
    outside: bool = False
    open311: RemoteServer | None = None
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """A boundary layer that the city uses: where it comes from, and which properties name its boundaries."""

    code: str
    name: str
    source: str
    licence: str
    vintage: str
    code_property: str
    name_property: str
    valid_from: date | None = None
    valid_to: date | None = None
    sample_file: str = ""
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Jurisdiction:
    """One city as clients see it: what a ``jurisdiction_id`` names, with its own data, API keys and catalogue.

    ``key`` is unique in the installation, and used in rows and commands. ``jurisdiction_id`` is what clients send; a
    sandbox has the city's own, at a path of its own.
    """

    key: str
    jurisdiction_id: str
    name: str
    timezone: str
    languages: tuple[str, ...]
    contact: str
    phone: str
    email: str
    website: str
    emergency: str
    api_terms: str
    key_service: str
    calendar: WorkingCalendar
    country: str = ""
    """Where phone numbers without a country code are from: ISO 3166, two letters; empty if unknown."""
    bounds: Box | None = None
    sandbox: bool = False
    anonymous_per_hour: int = 0
    departments: Mapping[str, Department] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    layers: Mapping[str, Layer] = field(default_factory=dict)
    routing: Routing = field(default_factory=Routing)
    wordings: Wordings = field(default_factory=Wordings)
    replies: tuple[Reply, ...] = ()
    holds_personal_data: bool = True
    """Whether words that look like personal data wait for staff before everybody reads them."""

    @property
    def published(self) -> tuple[str, ...]:
        """What the city says of how to reach it: these phone numbers and addresses are nobody's personal data."""
        own = (self.contact, self.phone, self.email, self.website, self.emergency, self.api_terms, self.key_service)
        return (*own, *(text for each in self.departments.values() for text in (each.phone, each.email, each.url)))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL path at which jurisdictions are served, and how discovery announces it."""

    path: str
    type: str
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True)
class City:
    """Everything that the city's files say.

    ``fingerprint`` changes whenever anything in the catalogue changes that clients can see. ``directory`` is where the
    files are; a layer's ``sample_file`` is a path inside it. ``remarks`` are what the files lack and the server adds.
    """

    name: str
    jurisdictions: Mapping[str, Jurisdiction]
    endpoints: tuple[Endpoint, ...]
    fingerprint: str
    directory: Path = Path()
    retention: Retention = field(default_factory=Retention)
    remarks: tuple[Fault, ...] = ()

    @property
    def first(self) -> Jurisdiction:
        """The jurisdiction that is meant if none is named; its name, words and time zone are the city's."""
        return next(iter(self.jurisdictions.values()))
