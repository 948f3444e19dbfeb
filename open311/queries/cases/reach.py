"""The reach of grants as SQL on ``service_request r``, which narrows lists of cases as ``Grant.covers`` would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from open311.domain.boundary_name import BoundaryName
from open311.domain.roles import Act, Grant, giving
from open311.queries.places.membership import lies_in


@dataclass(frozen=True)
class Condition:
    """An SQL condition with named parameters, and the values of the parameters."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


def reach(grants: Iterable[Grant], act: Act, jurisdiction: str = ":jurisdiction") -> Condition:
    """Return the condition that one of the grants allows the act; ``jurisdiction`` is SQL, as in ``lies_in``."""
    reaching = enumerate(giving(grants, act))
    return either(_covered(grant, f"grant{position}", jurisdiction) for position, grant in reaching)


def _covered(grant: Grant, name: str, jurisdiction: str) -> Condition:
    parts = [Condition("true")]
    for scope, column in (("jurisdiction", "jurisdiction"), ("department", "department"), ("service", "service_code")):
        if value := getattr(grant, scope):
            parts.append(Condition(f"r.{column} = :{name}_{scope}", {f"{name}_{scope}": value}))
    if grant.boundary:
        boundary = BoundaryName.read(grant.boundary)
        sql = lies_in("r.point", f":{name}_layer", f":{name}_code", jurisdiction=jurisdiction)
        parts.append(Condition(sql, {f"{name}_layer": boundary.layer, f"{name}_code": boundary.code}))
    return both(parts)


def both(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all of the conditions hold."""
    return _joined(list(conditions), " AND ", "true")


def either(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that at least one of the conditions holds; without conditions, no case meets it."""
    return _joined(list(conditions), " OR ", "false")


def _joined(conditions: list[Condition], word: str, nothing: str) -> Condition:
    shown = [each for each in conditions if each.sql != "true"]
    if word == " OR " and len(shown) < len(conditions):
        return Condition("true")
    if not shown:
        return Condition(nothing if not conditions else "true")
    values = {name: value for each in shown for name, value in each.values.items()}
    return Condition(shown[0].sql if len(shown) == 1 else f"({word.join(each.sql for each in shown)})", values)
