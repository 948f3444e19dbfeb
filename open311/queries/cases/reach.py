"""How far grants reach, as SQL on ``service_request r``: what lists of cases are narrowed by (``Grant.covers``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from open311.domain.roles import Act, Grant, giving
from open311.queries.places.boundaries import IN_FORCE


@dataclass(frozen=True)
class Condition:
    """SQL with named parameters, and their values."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


def reach(grants: Iterable[Grant], act: Act, jurisdiction: str = ":jurisdiction") -> Condition:
    """The cases for which one of the grants allows the act; ``jurisdiction`` is SQL, as for ``within``."""
    reaching = enumerate(giving(grants, act))
    return either(_covered(grant, f"grant{position}", jurisdiction) for position, grant in reaching)


def _covered(grant: Grant, name: str, jurisdiction: str) -> Condition:
    parts = [Condition("true")]
    for scope, column in (("jurisdiction", "jurisdiction"), ("department", "department"), ("service", "service_code")):
        if value := getattr(grant, scope):
            parts.append(Condition(f"r.{column} = :{name}_{scope}", {f"{name}_{scope}": value}))
    if grant.boundary:
        parts.append(within(grant.boundary, name, jurisdiction))
    return both(parts)


def within(boundary: str, name: str, jurisdiction: str = ":jurisdiction") -> Condition:
    """The cases that lie in a boundary (``layer:code``, of its newest vintage), public or not.

    In a statement about one ``:jurisdiction`` the shape is looked up once and stays; PostGIS prepares it, so that
    looking at a point costs next to nothing. ``r.jurisdiction`` is for statements about all, which look at few cases.
    """
    layer, _, code = boundary.partition(":")
    sql = _WITHIN.format(name=name, jurisdiction=jurisdiction)
    return Condition(sql, {f"{name}_layer": layer, f"{name}_code": code})


_WITHIN = f"""ST_Intersects((
    SELECT b.geometry FROM boundary b JOIN boundary_layer l ON l.key = b.layer
    WHERE l.jurisdiction = {{jurisdiction}} AND l.layer = :{{name}}_layer AND l.key = {IN_FORCE}
      AND b.code = :{{name}}_code), r.point)
"""


def both(conditions: Iterable[Condition]) -> Condition:
    """All of them."""
    return _joined(list(conditions), " AND ", "true")


def either(conditions: Iterable[Condition]) -> Condition:
    """One of them at least; of none, nothing is kept."""
    return _joined(list(conditions), " OR ", "false")


def _joined(conditions: list[Condition], word: str, nothing: str) -> Condition:
    shown = [each for each in conditions if each.sql != "true"]
    if word == " OR " and len(shown) < len(conditions):
        return Condition("true")
    if not shown:
        return Condition(nothing if not conditions else "true")
    values = {name: value for each in shown for name, value in each.values.items()}
    return Condition(shown[0].sql if len(shown) == 1 else f"({word.join(each.sql for each in shown)})", values)
