"""/staff/r/NUMBER/merge and /split: two cases that are one, and one that is several."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment, current_environment
from open311.actions.cases import relate
from open311.actions.cases import split as splitting
from open311.actions.cases.split import Part
from open311.domain.errors import Conflict, NotAllowed, Refusal
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.desk import (
    act_once_seen,
    acting_page,
    anew,
    case_in_hand,
    done,
    newest,
    once_only,
    ref,
    refused,
)
from open311.queries.cases.in_hand import CaseInHand, cases_in_hand, meanwhile, near_ones
from open311.web import failures
from open311.web.gate import me

MOST_PARTS = 4
"""Rows of the form."""


@blueprint.route("/r/<number>/merge", methods=["GET", "POST"], access=Act.MERGE)
def merge(number: str) -> AnyResponse:
    """Choose which it is the same as, see both side by side, confirm."""
    case = case_in_hand(number, Act.MERGE)
    form = request.form
    typed = (form.get("number", "").strip() or form.get("near", "")) if request.method == "POST" else ""

    def show(case: CaseInHand, errors: dict[str, str], other: CaseInHand | None = None, **what: Any) -> Response:
        return acting_page("merge", case, errors, typed=form, near=_near(case), other=other, **what)

    if request.method == "GET":
        return show(case, {})
    try:
        other = case_in_hand(typed, Act.MERGE) if typed else None
    except Refusal as refusal:
        return show(case, {"number": refused(refusal)}, status=failures.status_of(refusal))
    if other is None:
        return show(case, {"number": "Choose one of these, or enter a number"}, status=422)

    def act(environment: Environment) -> object:
        return relate.merge(environment, ref(case), me().actor, other.number)

    def beside(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
        return show(case, errors, None if errors else other, **what)

    return act_once_seen(
        case, act, other.number, beside, field="number", said=f"{number} is a duplicate of {other.number} now"
    )


def _near(case: CaseInHand) -> list[CaseInHand]:
    """Those that it may be the same as, by the service's own rule for duplicates."""
    service = city().services.get(case.service_code)
    if service is None:
        return []
    numbers = near_ones(case.key, service.duplicate_metres, timedelta(days=service.duplicate_days))
    return cases_in_hand(numbers, case.jurisdiction)


@blueprint.route("/r/<number>/split", methods=["GET", "POST"], access=Act.SPLIT)
def split(number: str) -> AnyResponse:
    """Say what the parts are; each becomes a case of its own with the same place and reporter."""
    case = case_in_hand(number, Act.SPLIT)
    services = sorted(
        ((code, each.service_name) for code, each in city().services.items() if not each.retired),
        key=lambda pair: pair[1].casefold(),
    )
    form = request.form

    def show(case: CaseInHand, errors: dict[str, str], **what: Any) -> Response:
        return acting_page("split", case, errors, typed=form, services=services, most=MOST_PARTS, **what)

    if request.method == "GET":
        return show(case, {})
    parts, errors = [], {}
    for row in map(str, range(1, MOST_PARTS + 1)):
        service, text = form.get(f"service{row}", ""), form.get(f"text{row}", "").strip()
        if service and not text:
            errors[f"text{row}"] = f"Say what part {row} is about"
        elif text and not service:
            errors[f"service{row}"] = f"Choose the service of part {row}"
        elif service:
            parts.append(Part(service, text))
    if not parts and not errors:
        errors["service1"] = "Say what the parts are"
    if errors:
        return show(case, errors, status=422)
    named = ref(case)
    once = once_only(named, parts)
    try:
        filed = splitting.split(current_environment(), named, me().actor, parts, once=once)
    except NotAllowed:
        raise
    except Conflict:
        return show(anew(case), {}, status=409, others=meanwhile(case.key, newest()))
    except Refusal as refusal:
        return show(case, {"service1": refused(refusal)}, status=failures.status_of(refusal))
    return done(case, f"{number} is split into " + ", ".join(each or "one whose number is to come" for each in filed))
