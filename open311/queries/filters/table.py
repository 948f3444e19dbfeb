"""The table of filters: by which parameters service requests are narrowed, how they are read, and what they keep.

To add a filter for the API and the staff's list, add a row here, a parameter to ``schemas/openapi.yaml`` and a test.
A filter whose value or condition is of a new kind needs a function in ``readers`` or ``conditions`` too.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from open311.domain.lifecycle import Status
from open311.domain.priority import Priority
from open311.queries.filters import conditions as sql
from open311.queries.filters import readers
from open311.queries.filters.conditions import Condition, Rows, Source
from open311.queries.filters.readers import Asker, Given, Read
from open311.queries.filters.values import Value

Shape = tuple[tuple[str, Hashable], ...]
"""What the SQL of some filters depends on: their names, and the shapes of their values."""


@dataclass(frozen=True)
class Filter:
    """One way to narrow service requests."""

    name: str
    read: Read
    on: Mapping[Source, Condition]
    """What it keeps, for each source that it can narrow."""
    also: tuple[str, ...] = ()
    """Parameters that it reads besides the one of its own name."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter that it reads."""
        return (self.name, *self.also)


def _both(condition: Condition) -> Mapping[Source, Condition]:
    return dict.fromkeys(Source, condition)


def _staff(condition: Condition) -> Mapping[Source, Condition]:
    return {Source.CASES: condition}


_PUBLIC, _STAFF = Source.PUBLICATIONS, Source.CASES
FILTERS: Mapping[str, Filter] = {
    each.name: each
    for each in (
        # Unknown numbers are left out (GeoReport v2); clients ask for hundreds at once.
        Filter("service_request_id", readers.words, _both(sql.any_of("service_request_id"))),
        Filter("service_code", readers.words, _both(sql.any_of("service_code"))),
        Filter("status", readers.statuses, {_PUBLIC: sql.publication_is_open, _STAFF: sql.case_is_open}),
        Filter("start_date", readers.start, _both(sql.compared("requested_datetime", ">="))),
        Filter("end_date", readers.end, _both(sql.compared("requested_datetime", "<="))),
        Filter("updated_after", readers.start, _both(sql.compared("updated_datetime", ">="))),
        Filter("updated_before", readers.end, _both(sql.compared("updated_datetime", "<="))),
        Filter(
            "boundary",
            readers.boundaries,
            {_PUBLIC: sql.tagged_with_boundaries, _STAFF: sql.lies_in_boundaries},
            also=readers.BOUNDARY_SHORTCUTS,
        ),
        Filter("bbox", readers.box, _both(sql.in_box)),
        Filter("radius", readers.circle, _both(sql.in_circle), also=("lat", "long")),
        Filter("q", readers.search, {_PUBLIC: sql.published_words, _STAFF: sql.number_or_words}),
        Filter("detailed_status", readers.one_of(list(Status)), _staff(sql.equals("status"))),
        Filter("department", readers.words, _staff(sql.any_of("department"))),
        Filter("assignee", readers.assignee, _staff(sql.equals("assignee"))),
        Filter("priority", readers.number_of(list(Priority)), _staff(sql.equals("priority"))),
        Filter("channel", readers.words, _staff(sql.any_of("channel"))),
    )
}
"""Every filter by its name, in the order in which faults are told."""


def parameters_of(source: Source) -> dict[str, Filter]:
    """Every parameter that narrows a source, and the filter that reads it."""
    return {name: each for each in FILTERS.values() if source in each.on for name in each.parameters}


_PARAMETERS = {source: parameters_of(source) for source in Source}
_POSITION = {name: position for position, name in enumerate(FILTERS)}


def read(source: Source, sent: Mapping[str, Sequence[str]], asker: Asker) -> tuple[dict[str, Value], dict[str, str]]:
    """What is asked of each filter, and what cannot be read: both by the names of the filters.

    Parameters that no filter of the source knows are ignored.
    """
    known = _PARAMETERS[source]
    wanted = {known[name].name for name in sent if name in known}
    values: dict[str, Value] = {}
    faults: dict[str, str] = {}
    for name in sorted(wanted, key=_POSITION.__getitem__):
        try:
            value = FILTERS[name].read(Given(name, sent, asker))
        except ValueError as fault:
            faults[name] = str(fault)
        else:
            if value is not None:
                values[name] = value
    return values, faults


def shape_of(values: Mapping[str, Value]) -> Shape:
    """What the SQL of these filters depends on."""
    return tuple((name, value.shape) for name, value in sorted(values.items()))


def conditions(rows: Rows, shape: Shape) -> list[str]:
    """SQL of what the filters keep of some rows."""
    return [FILTERS[name].on[rows.source](rows, name, each) for name, each in shape]


def parameters(values: Mapping[str, Value]) -> dict[str, Any]:
    """The SQL parameters of these filters."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= value.parameters(name)
    return found
