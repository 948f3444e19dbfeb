"""A kind of report and the questions it asks: a service, its attributes, and how answers are checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from open311.domain.deadline import SLA
from open311.domain.exposure import Exposure, Moderation, Precision, Publishing, exposure
from open311.domain.moment import read_moment
from open311.domain.priority import Priority

_NUMBER = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""A number as clients may send it. Python's ``float`` would take ``1_000`` too, which no other program reads."""


class Datatype(StrEnum):
    """The six datatypes of a GeoReport v2 attribute."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    SINGLEVALUELIST = "singlevaluelist"
    MULTIVALUELIST = "multivaluelist"

    @property
    def is_list(self) -> bool:
        """Whether answers are chosen from listed values."""
        return self in (Datatype.SINGLEVALUELIST, Datatype.MULTIVALUELIST)


@dataclass(frozen=True, slots=True)
class Option:
    """One listed value of an attribute: the key that is sent and the name that is shown."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question of a service definition, or (``variable=False``) a notice to show."""

    code: str
    datatype: Datatype
    description: str
    order: int
    required: bool = False
    variable: bool = True
    datatype_description: str = ""
    values: tuple[Option, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer with its question as asked, so that later edits of a definition change nothing."""

    code: str
    question: str
    datatype: Datatype
    public: bool
    values: tuple[str, ...]
    names: tuple[str, ...]


class ServiceType(StrEnum):
    """When the number of a new service request is known (GeoReport v2, GET Service List)."""

    REALTIME = "realtime"
    BATCH = "batch"
    BLACKBOX = "blackbox"


@dataclass(frozen=True, slots=True)
class SLAException:
    """Another promise for some boundaries (``layer:code``), for some priorities, or for some of both."""

    boundaries: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    resolve: SLA | None = None
    acknowledge: SLA | None = None

    def fits(self, priority: Priority, boundaries: frozenset[str]) -> bool:
        """Whether it applies to a service request of this priority that lies in these boundaries."""
        return (not self.priorities or priority in self.priorities) and (
            not self.boundaries or not self.boundaries.isdisjoint(boundaries)
        )


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of report that residents can file, as its file in ``service_definitions/`` says."""

    service_code: str
    service_name: str
    description: str
    group: str
    keywords: tuple[str, ...]
    department: str
    agency_responsible: str
    type: ServiceType = ServiceType.REALTIME
    attributes: tuple[Attribute, ...] = ()
    resolve: SLA | None = None
    acknowledge: SLA | None = None
    sla_exceptions: tuple[SLAException, ...] = ()
    publishing: Publishing = Publishing.AT_ONCE
    photos: Publishing = Publishing.AT_ONCE
    """When new photos become public, unless the place is blurred: at once, each after review, or never."""
    location: Precision = Precision.EXACT
    location_layer: str = ""
    service_notice: str = ""
    duplicate_metres: int = 100
    duplicate_days: int = 60
    retired: bool = False
    code_is_ours: bool = False
    jurisdictions: tuple[str, ...] = ()

    @property
    def metadata(self) -> bool:
        """Whether the service has a definition (questions or notices)."""
        return bool(self.attributes)

    def promised(self, priority: Priority, boundaries: frozenset[str]) -> tuple[SLA | None, SLA | None]:
        """The promises for a service request: by when it is acknowledged, and by when it is resolved."""
        for exception in self.sla_exceptions:
            if exception.fits(priority, boundaries):
                return exception.acknowledge or self.acknowledge, exception.resolve or self.resolve
        return self.acknowledge, self.resolve

    def exposure(self, moderation: Moderation, *, private: bool = False, withheld: Iterable[str] = ()) -> Exposure:
        """What everybody may see of a service request of this service; ``withheld`` names texts that wait for staff."""
        return exposure(self.publishing, self.location, private, moderation, self.photos, tuple(withheld))

    @property
    def needs_boundaries(self) -> bool:
        """Whether a promise depends on the place."""
        return any(exception.boundaries for exception in self.sla_exceptions)


def check_answers(
    attributes: Sequence[Attribute], given: Mapping[str, Sequence[str]], zone: str
) -> tuple[list[Answer], list[str]]:
    """Check answers against their questions, and return the accepted answers and the reasons for refusing others.

    A missing answer is refused as ``"<code> required"``, one reason each (GeoReport v2, POST Service Request; clients
    look for these words), and empty values count as missing. Answers to what the service does not ask are kept for
    staff: FixMyStreet sends the number that a report has there, and coordinates of its own.
    """
    answers: list[Answer] = []
    reasons: list[str] = []
    for attribute in attributes:
        if not attribute.variable:
            continue
        values = tuple(dict.fromkeys(value.strip() for value in given.get(attribute.code, ()) if value.strip()))
        if not values:
            if attribute.required:
                reasons.append(f"{attribute.code} required: {attribute.description}")
            continue
        if fault := answer_fault(attribute, values, zone):
            reasons.append(f"{attribute.code}: {fault}")
            continue
        names = {option.key: option.name for option in attribute.values}
        answers.append(
            Answer(
                code=attribute.code,
                question=attribute.description,
                datatype=attribute.datatype,
                public=attribute.public,
                values=values,
                names=tuple(names.get(value, value) for value in values),
            )
        )
    return [*answers, *_unasked(attributes, given)], reasons


def _unasked(attributes: Sequence[Attribute], given: Mapping[str, Sequence[str]]) -> list[Answer]:
    """Answers to what the service does not ask, none of them public."""
    asked = {attribute.code for attribute in attributes if attribute.variable}
    unasked = {
        code: tuple(dict.fromkeys(filter(None, map(str.strip, given[code])))) for code in given if code not in asked
    }
    return [
        Answer(code=code, question=code, datatype=Datatype.TEXT, public=False, values=values, names=values)
        for code, values in unasked.items()
        if values
    ]


def is_decimal(text: str) -> bool:
    """Whether this is a finite decimal number in plain digits, as a client may send it."""
    return bool(_NUMBER.fullmatch(text)) and math.isfinite(float(text))


def answer_fault(attribute: Attribute, values: tuple[str, ...], zone: str) -> str:
    """What is wrong with the values of one answer, in English; an empty string if they can be taken."""
    if attribute.datatype is not Datatype.MULTIVALUELIST and len(values) > 1:
        return "one value only"
    if attribute.datatype.is_list:
        keys = [option.key for option in attribute.values]
        wrong = [value for value in values if value not in keys]
        return f"{', '.join(wrong)!r} is not one of {', '.join(keys)}" if wrong else ""
    if attribute.datatype is Datatype.NUMBER:
        return "" if is_decimal(values[0]) else f"{values[0]!r} is not a number"
    if attribute.datatype is Datatype.DATETIME:
        try:
            read_moment(values[0], zone)
        except ValueError as fault:
            return str(fault)
    return ""
