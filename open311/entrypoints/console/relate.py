"""/staff/r/NUMBER/merge, /unmerge and /split: two cases that are one or are not, and one case that is several."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment, current_environment
from open311.actions.cases import relate
from open311.actions.cases import split as splitting
from open311.actions.cases.split import Part
from open311.domain.digits import plain_digits
from open311.domain.errors import NotAllowed, UnknownServiceRequest
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, by_name, city
from open311.entrypoints.console.desk import (
    act_once_seen,
    acting_page,
    answer_about,
    case_in_hand,
    done,
    once_only,
    ref,
)
from open311.queries.cases.in_hand import CaseInHand, near_ones
from open311.web import fields
from open311.web.forms import Form
from open311.web.gate import me

MAX_PARTS = 4
"""Rows of the form that splits a case."""
NUMBER = fields.line("number")
NEAR = fields.line("near")
SERVICES = [fields.line(f"service{row}") for row in range(1, MAX_PARTS + 1)]
TEXTS = [fields.text(f"text{row}") for row in range(1, MAX_PARTS + 1)]


@blueprint.route("/r/<number:number>/merge", methods=["GET", "POST"], access=Act.MERGE)
def merge(number: str) -> AnyResponse:
    """Choose the case that this one duplicates, see both side by side, confirm."""
    case, form = case_in_hand(number, Act.MERGE), Form.of_request(NEAR, NUMBER)
    other = _other(form)

    def show(case: CaseInHand, form: Form, **what: Any) -> Response:
        return acting_page("merge", case, form, near=_near(case), other=None if form.errors else other, **what)

    def act(environment: Environment) -> object:
        return relate.merge(environment, ref(case), me().actor, other.number if other else "")

    said = f"{number} is a duplicate of {other.number if other else ''} now"
    return act_once_seen(case, form, act, other and other.number, show, at=NUMBER, said=said)


def _other(form: Form) -> CaseInHand | None:
    """The case that the form names; what is wrong with it is noted at the number."""
    if not form.sent:
        return None
    named = plain_digits(form[NUMBER]) or form[NEAR]
    if not named:
        form.wrong(NUMBER, "Choose one of these, or enter a number")
        return None
    try:
        return case_in_hand(named, Act.MERGE)
    except (UnknownServiceRequest, NotAllowed) as refusal:
        form.refuse(refusal, NUMBER)
        return None


def _near(case: CaseInHand) -> list[CaseInHand]:
    """Cases that this one may duplicate, by the rule of its service: how near, and how long ago."""
    service = city().services.get(case.service_code)
    if service is None:
        return []
    return near_ones(case, service.duplicate_metres, timedelta(days=service.duplicate_days), me().grants)


@blueprint.route("/r/<number:number>/unmerge", methods=["GET", "POST"], access=Act.MERGE)
def unmerge(number: str) -> AnyResponse:
    """Ask, then make a duplicate a case of its own again."""
    case, form = case_in_hand(number, Act.MERGE), Form.of_request()

    def act() -> AnyResponse:
        relate.unmerge(current_environment(), ref(case), me().actor)
        return done(case, f"{number} is a request of its own again")

    return answer_about(case, form, act, partial(acting_page, "unmerge"), at="unmerge")


@blueprint.route("/r/<number:number>/split", methods=["GET", "POST"], access=Act.SPLIT)
def split(number: str) -> AnyResponse:
    """Say what the parts are; each becomes a case of its own, with the same place and reporter."""
    case = case_in_hand(number, Act.SPLIT)
    services = by_name(
        ((code, each.service_name) for code, each in city().services.items() if not each.retired),
        lambda pair: pair[1],
    )
    form = Form.of_request(*chain.from_iterable(zip(SERVICES, TEXTS, strict=True)))
    parts = _parts(form)

    def act() -> AnyResponse:
        named = ref(case)
        filed = splitting.split(current_environment(), named, me().actor, parts, once=once_only(named, parts))
        return done(
            case, f"{number} is split into " + ", ".join(each or "one whose number is to come" for each in filed)
        )

    def show(case: CaseInHand, form: Form, **what: Any) -> Response:
        return acting_page("split", case, form, services=services, most=MAX_PARTS, **what)

    return answer_about(case, form, act, show, at=SERVICES[0])


def _parts(form: Form) -> list[Part]:
    """The parts that the form names; half of one is noted as wrong."""
    parts = []
    for row, (service, text) in enumerate(zip(SERVICES, TEXTS, strict=True), 1):
        if form[service] and not form[text]:
            form.wrong(text, f"Say what part {row} is about")
        elif form[text] and not form[service]:
            form.wrong(service, f"Choose the service of part {row}")
        elif form[service]:
            parts.append(Part(form[service], form[text]))
    if form.sent and not parts and not form.errors:
        form.wrong(SERVICES[0], "Say what the parts are")
    return parts
