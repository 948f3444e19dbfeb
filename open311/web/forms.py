"""Forms: what was sent is read once, to values and errors together, and every form is answered in one way.

A view names its fields in the order of the page, adds what no single field can know (:meth:`Form.wrong`), and hands
over to :func:`answer`::

    EMAIL = fields.email("email", missing=N_("Write an e-mail address"), wrong=N_("Write an e-mail address"))

    def start() -> Response:
        form = Form.of_request(EMAIL)
        return answer(form, act=lambda: ask(form[EMAIL]), show=partial(form_page, "start.html"), at=EMAIL)

All errors are shown at once, and what was typed is shown again. ADR 20 says why this is no library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar, cast

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from open311.domain.errors import Mendable, Refusal, TooMuch
from open311.web import failures, kept
from open311.web.fields import Field, Wrong
from open311.web.gate import signed_in
from open311.web.language import gettext
from open311.web.shell import page

T = TypeVar("T")
Say = Callable[[Refusal], str]


class Form:
    """What was sent for some fields: values, what is wrong, and what was typed. ``form[FIELD]`` is a value.

    :param sent: whether it was sent at all; nothing is wrong with a form that is only opened.
    """

    def __init__(self, fields: tuple[Field[Any], ...], typed: MultiDict[str, str], *, sent: bool) -> None:
        self.fields = fields
        self.given = typed
        self.sent = sent
        self.kept = False
        """Whether it shows what was typed earlier and could not be taken then (``web/kept``)."""
        self.errors: dict[str, str] = {}
        self.refusal: Refusal | None = None
        self._values = {field.name: self._read(field) for field in fields}

    @classmethod
    def of_request(cls, *fields: Field[Any], start: Mapping[str, str] | None = None, sent: bool = True) -> Self:
        """The form that this request sends.

        :param start: what stands in the fields when the form is opened.
        :param sent: False for a POST that only opens the form, with what it brings in the fields.
        """
        if request.method == "POST":
            return cls(fields, request.form, sent=sent)
        who = signed_in()
        if typed := kept.kept(who.account if who else None):
            form = cls(fields, typed, sent=False)
            form.kept = True
            return form
        return cls(fields, MultiDict(start or {}), sent=False)

    @classmethod
    def of_query(cls, *fields: Field[Any]) -> Self:
        """A form that asks for a list: its fields are in the address."""
        return cls(fields, request.args, sent=True)

    def __getitem__(self, field: Field[T]) -> T:
        """The value of a field, as the field reads it."""
        return cast(T, self._values[field.name])

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by the names of the fields: for showing it again."""
        return self.given.to_dict()

    def all_typed(self, name: str) -> list[str]:
        """Every value that was sent under a name, for fields with several."""
        return self.given.getlist(name)

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong, in the order in which the fields stand on the page."""
        places = {field.name: place for place, field in enumerate(self.fields)}
        return dict(sorted(self.errors.items(), key=lambda fault: places.get(fault[0], len(places))))

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form."""
        if self.refusal:
            return failures.status_of(self.refusal)
        return 422 if self.errors else 200

    def wrong(self, at: Field[Any] | str, message: str, **facts: object) -> None:
        """Note what is wrong at a field; the first fault of a field is the one that is shown."""
        name = at if isinstance(at, str) else at.name
        self.errors.setdefault(name, gettext(message, **facts))

    def refuse(self, refusal: Refusal, at: Field[Any] | str, say: Say = failures.sentence) -> None:
        """Note that an act was refused, to be shown at a field."""
        self.refusal = refusal
        self.errors[at if isinstance(at, str) else at.name] = say(refusal)

    def refilled(self, **typed: str) -> Form:
        """The same form as it would be opened with other words in some fields, nothing wrong yet."""
        given = self.given.copy()
        for name, words in typed.items():
            given[name] = words
        return Form(self.fields, given, sent=False)

    def _read(self, field: Field[T]) -> T:
        sent = [value for value in self.given.getlist(field.name) if value.strip()]
        if not self.sent or not sent:
            if self.sent and field.missing:
                self.wrong(field, field.missing)
            return field.empty
        try:
            return field.parse(sent)
        except Wrong as fault:
            self.errors[field.name] = fault.spoken
            return field.empty


Show = Callable[[Form], AnyResponse]
"""Makes the page with the form: as it is opened, or with what was typed and what is wrong."""


def answer(
    form: Form,
    act: Callable[[], AnyResponse],
    show: Show,
    *,
    at: Field[Any] | str,
    say: Say = failures.sentence,
) -> AnyResponse:
    """Answer a form: show it, show it again with everything that is wrong, or do what it asks.

    :param act: does it; what it refuses and the person can mend is shown at the field ``at``. What a role does not
        allow is no fault of a form and gets a page of its own (``web/failures``).
    :param say: words for such a refusal.
    """
    if not form.sent or form.errors:
        return show(form)
    try:
        return act()
    except Mendable as refusal:
        form.refuse(refusal, at, say)
        return show(form)


def form_page(template: str, form: Form, **values: Any) -> Response:
    """The page with a form. Templates read ``typed`` and ``errors``, by the names of the fields."""
    known = {"form": form, "typed": form.typed, "errors": form.faults}
    made = page(template, status=form.status, **{**known, **values})
    if isinstance(form.refusal, TooMuch):
        made.headers["Retry-After"] = str(form.refusal.retry_after)
    return made
