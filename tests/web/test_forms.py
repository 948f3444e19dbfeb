"""Forms: values and errors are read together, all errors at once, and what was typed is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask, Response, render_template_string
from werkzeug.datastructures import MultiDict

from open311.catalog.city import Jurisdiction
from open311.domain.definition import Datatype, check_answers
from open311.domain.errors import Conflict, NotAllowed, StepRefused, TooManyRequests, UnknownService
from open311.web import fields
from open311.web.definition_fields import answers_of, definition_fields
from open311.web.fields import Field
from open311.web.forms import Form, answer

EMAIL = fields.email("email", missing="Give an address", wrong="That is no address")
TEXT = fields.text("text", missing="Write something")
DAY = fields.day("day")
KIND = fields.choice("kind", (1, 2), missing="Choose a kind")
OFTEN = fields.check("often")
OWNER = fields.key("owner", wrong="Enter a number")
SECRET = fields.secret("secret")


@pytest.fixture(autouse=True)
def asked(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def sent(*wanted: Field[Any], **typed: str) -> Form:
    return Form(wanted, MultiDict(typed), sent=True)


def test_a_form_that_is_only_opened_has_nothing_wrong() -> None:
    form = Form((EMAIL, TEXT), MultiDict({"text": "Begun"}), sent=False)
    assert (form.errors, form.status, form[TEXT], form.typed) == ({}, 200, "", {"text": "Begun"})


def test_all_errors_are_told_at_once() -> None:
    form = sent(EMAIL, TEXT, DAY, KIND, OWNER, email="nobody", day="soon", owner="x")
    assert form.errors == {
        "email": "That is no address",
        "text": "Write something",
        "day": "Enter a day, like 2026-11-25",
        "kind": "Choose a kind",
        "owner": "Enter a number",
    }
    assert form.status == 422
    assert form.typed == {"email": "nobody", "day": "soon", "owner": "x"}


def test_values_are_read_as_their_fields_say() -> None:
    form = sent(
        EMAIL, TEXT, DAY, KIND, OFTEN, OWNER, SECRET,
        email=" ann@example.org ", text=" a\r\nb ", day="2026-11-25", kind="2", often="yes", owner="7", secret=" x ",
    )  # fmt: skip
    assert form.errors == {}
    assert (form[EMAIL], form[TEXT], form[DAY]) == ("ann@example.org", "a\nb", date(2026, 11, 25))
    assert (form[KIND], form[OFTEN], form[OWNER], form[SECRET]) == (2, True, 7, " x ")


@pytest.mark.parametrize("typed", ["3", "one"])
def test_what_is_not_offered_is_not_chosen(typed: str) -> None:
    assert sent(KIND, kind=typed).errors == {"kind": "Choose a kind"}
    assert sent(fields.choice("kind", (1, 2)), kind=typed).errors == {}


def test_a_text_has_a_limit_that_is_told() -> None:
    assert sent(TEXT, text="x" * 4001).errors == {"text": "Write at most 4000 characters"}
    assert sent(fields.line("name", limit=3), name="four").errors == {"name": "Write at most 3 characters"}


def test_the_first_fault_of_a_field_is_shown() -> None:
    form = sent(TEXT)
    form.wrong(TEXT, "And another thing")
    assert form.errors == {"text": "Write something"}


def test_other_words_can_be_put_in_before_anything_is_wrong() -> None:
    form = sent(EMAIL, TEXT, email="nobody").refilled(text="A ready text")
    assert (form.errors, form.typed) == ({}, {"email": "nobody", "text": "A ready text"})


def test_several_values_of_a_field_are_kept() -> None:
    form = Form((), MultiDict([("tag", "a"), ("tag", "b")]), sent=True)
    assert form.all_typed("tag") == ["a", "b"]


# Answering


@dataclass
class Shown:
    """What a view did."""

    done: int = 0

    def act(self) -> Response:
        self.done += 1
        return Response("done", 303)


def show(form: Form) -> Response:
    return Response(" / ".join(form.errors.values()), form.status)


def test_only_a_form_without_faults_is_done() -> None:
    view = Shown()
    assert answer(Form((TEXT,), MultiDict(), sent=False), view.act, show, at=TEXT).status_code == 200
    assert answer(sent(TEXT), view.act, show, at=TEXT).status_code == 422
    assert view.done == 0
    assert answer(sent(TEXT, text="x"), view.act, show, at=TEXT).status_code == 303
    assert view.done == 1


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (StepRefused("no such step"), 422),
        (UnknownService("no such service"), 404),
        (Conflict("somebody was faster"), 409),
        (TooManyRequests("at most 5", 60), 429),
    ],
)
def test_what_can_be_mended_is_shown_at_the_field(refusal: Exception, status: int) -> None:
    def act() -> Response:
        raise refusal

    form = sent(TEXT, text="Typed")
    assert answer(form, act, show, at=TEXT).status_code == status
    assert list(form.errors) == ["text"]
    assert form.typed == {"text": "Typed"}


def test_what_a_role_does_not_allow_is_no_fault_of_the_form() -> None:
    def act() -> Response:
        raise NotAllowed("not you")

    with pytest.raises(NotAllowed):
        answer(sent(TEXT, text="x"), act, show, at=TEXT)


# Service definitions


def good(attribute: Any) -> str:
    """An answer that can be taken."""
    if attribute.values:
        return str(attribute.values[-1].key)
    return {Datatype.NUMBER: "7", Datatype.DATETIME: "2026-11-25T14:30"}.get(attribute.datatype, "Some words")


def test_a_form_of_every_service_takes_what_the_domain_takes(phila: Jurisdiction) -> None:
    for service in phila.services.values():
        wanted = definition_fields(service.attributes, phila.timezone)
        typed = {f"attribute[{each.code}]": good(each) for each in service.attributes if each.variable}
        form = sent(*wanted, **typed)
        assert form.errors == {}, service.service_code
        given = answers_of(form, service.attributes)
        assert len(given) == len(typed)
        assert check_answers(service.attributes, given, phila.timezone)[1] == []


def test_a_form_of_every_service_refuses_what_the_domain_refuses(phila: Jurisdiction) -> None:
    for service in phila.services.values():
        wanted = definition_fields(service.attributes, phila.timezone)
        required = {f"attribute[{each.code}]" for each in service.attributes if each.required and each.variable}
        assert set(sent(*wanted).errors) == required
        _, reasons = check_answers(service.attributes, {}, phila.timezone)
        assert len(reasons) == len(required)
        checked = {
            f"attribute[{each.code}]"
            for each in service.attributes
            if each.variable and each.datatype not in (Datatype.STRING, Datatype.TEXT)
        }
        assert set(sent(*wanted, **dict.fromkeys(checked, "no such thing")).errors) == checked | required


def test_questions_are_drawn_with_their_errors_and_what_was_typed(phila: Jurisdiction) -> None:
    entries = (
        '{% from "web/fields.html" import entry with context %}'
        "{% for each in form.fields %}{{ entry(each, form) }}{% endfor %}"
    )
    for service in phila.services.values():
        wanted = definition_fields(service.attributes, phila.timezone)
        form = sent(*wanted, **{each.name: "typed <b>" for each in wanted})
        drawn = render_template_string(entries, form=form)
        assert "<b>" not in drawn
        for each in wanted:
            if each.kind != "notice":
                assert f'name="{each.name}"' in drawn
            assert (f'id="{each.name}-error"' in drawn) == (each.name in form.errors)
