"""What filters keep, as SQL on the rows of a source."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum

from open311.domain.search_text import APART, HOUSE_RANGE, folded_sql
from open311.models.cases.service_request import is_live, is_open
from open311.queries.places import near
from open311.queries.places.membership import boundary_key, is_tagged, lies_in


class Source(StrEnum):
    """What can be narrowed: what everybody sees, or what staff see."""

    PUBLICATIONS = "publications"
    CASES = "cases"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a statement: their source, and the SQL names that filters need."""

    source: Source
    row: str
    key: str
    requested: str
    tag: str = ""
    """The tags by which the rows are listed, if they are: those of the first boundary that is asked for."""


PUBLICATIONS = Rows(Source.PUBLICATIONS, "publication", "publication.service_request", "publication.requested_datetime")
"""Publications, listed by themselves."""
TAGGED = Rows(
    Source.PUBLICATIONS,
    "publication",
    "request_boundary.service_request",
    "request_boundary.requested_datetime",
    tag="request_boundary",
)
"""Publications, listed by the tags of one boundary."""
CASES = Rows(Source.CASES, "r", "r.key", "r.requested_datetime")
"""Service requests as staff see them."""

Condition = Callable[[Rows, str, Hashable], str]
"""Makes SQL for some rows of the filter's name and its value's shape."""


def equals(column: str) -> Condition:
    """The column has the value, one of the values, or no value."""

    def condition(rows: Rows, name: str, shape: Hashable) -> str:
        return f"{rows.row}.{column} = :{name}" if shape is True else f"{rows.row}.{column} IS NULL"

    return condition


def any_of(column: str) -> Condition:
    """The column has one of the words."""

    def condition(rows: Rows, name: str, several: Hashable) -> str:
        return f"{rows.row}.{column} = ANY(:{name})" if several is True else f"{rows.row}.{column} = :{name}"

    return condition


def compared(column: str, operator: str) -> Condition:
    """The column comes before or after the moment. The requested time is taken from where the rows are listed."""

    def condition(rows: Rows, name: str, _: Hashable) -> str:
        value = rows.requested if column == "requested_datetime" else f"{rows.row}.{column}"
        return f"{value} {operator} :{name}"

    return condition


def publication_is_open(rows: Rows, name: str, _: Hashable) -> str:
    """The publication says that it is open, or that it is not."""
    return f"{rows.row}.open = :{name}"


def case_is_open(rows: Rows, name: str, _: Hashable) -> str:
    """The state of the case counts as open for the public, or does not."""
    return f"({is_open(rows.row)}) = :{name}"


def in_box(rows: Rows, name: str, _: Hashable) -> str:
    """In the box, edges included. PostGIS compares in single precision, so up to two metres more may be found."""
    return f"{rows.row}.point && {near.box(f'{name}_')}"


def in_circle(rows: Rows, name: str, _: Hashable) -> str:
    """In the circle, measured on the spheroid; the index on places finds the box around it."""
    place, centre = f"{rows.row}.point", near.point(f":{name}_long", f":{name}_lat")
    return f"{place} && {near.box(f'{name}_')} AND {near.is_within(place, centre, f':{name}_metres')}"


def tagged_with_boundaries(rows: Rows, name: str, vintages: Hashable) -> str:
    """The public point is tagged with all boundaries. Rows that are listed by tags are listed by the first's."""
    conditions = []
    for position, key in enumerate(_boundaries(name, vintages, boundary_key)):
        if position == 0 and rows.tag:
            conditions.append(f"{rows.tag}.boundary = {key}")
        else:
            conditions.append(is_tagged(key, rows.requested, rows.key))
    return " AND ".join(conditions)


def lies_in_boundaries(rows: Rows, name: str, vintages: Hashable) -> str:
    """The true place lies in all boundaries."""
    place = f"{rows.row}.point"
    return " AND ".join(_boundaries(name, vintages, lambda *names: lies_in(place, *names)))


def _boundaries(name: str, vintages: Hashable, make: Callable[..., str]) -> list[str]:
    assert isinstance(vintages, tuple)
    found = []
    for position, has_vintage in enumerate(vintages):
        prefix = f":{name}_{position}"
        found.append(make(f"{prefix}_layer", f"{prefix}_code", f"{prefix}_vintage" if has_vintage else ""))
    return found


def published_words(rows: Rows, name: str, _: Hashable) -> str:
    """All words occur in the published service name, description or address."""
    return f"{rows.row}.words @@ {_query(name)}"


def number_or_words(rows: Rows, name: str, _: Hashable) -> str:
    """The number, or all words: of what is published, and of what is neither public nor closed.

    Nobody indexes the words of the rest.
    """
    text = folded_sql("concat_ws(' ', u.service_name, u.description, u.address)")
    return f"""{rows.key} IN (
        SELECT n.key FROM service_request n WHERE n.jurisdiction = :jurisdiction AND n.service_request_id = :{name}
        UNION ALL
        SELECT p.service_request FROM publication p
        WHERE p.jurisdiction = :jurisdiction AND p.words @@ {_query(name)}
        UNION ALL
        SELECT u.key FROM service_request u
        WHERE u.jurisdiction = :jurisdiction AND {is_live("u")}
          AND (u.private OR u.moderation <> 'approved'
               OR u.service_code IN (SELECT s.service_code FROM published_service s
                                     WHERE s.jurisdiction = :jurisdiction AND s.publishing = 'private'))
          AND to_tsvector('simple', regexp_replace({text}, '{HOUSE_RANGE}', '{APART}', 'g')) @@ {_query(name)})"""


def _query(name: str) -> str:
    return f"plainto_tsquery('simple', :{name}_words)"
