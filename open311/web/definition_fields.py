"""Fields made from a service definition, for forms in which people report something."""

from __future__ import annotations

from collections.abc import Sequence

from open311.domain.definition import Attribute, Datatype, answer_fault
from open311.web.fields import Field, Kind, Wrong
from open311.web.forms import Form
from open311.web.language import N_

Answers = tuple[str, ...]
KINDS = {
    Datatype.STRING: Kind.LINE,
    Datatype.TEXT: Kind.TEXT,
    Datatype.NUMBER: Kind.NUMBER,
    Datatype.DATETIME: Kind.MOMENT,
    Datatype.SINGLEVALUELIST: Kind.CHOICE,
    Datatype.MULTIVALUELIST: Kind.CHOICES,
}
MISSING = N_("Answer this question")
WRONG = {
    Datatype.NUMBER: N_("Enter a number"),
    Datatype.DATETIME: N_("Enter a day and a time, like 2026-11-25 14:30"),
    Datatype.SINGLEVALUELIST: N_("Choose one of the list"),
    Datatype.MULTIVALUELIST: N_("Choose from the list"),
}


def definition_fields(attributes: Sequence[Attribute], zone: str) -> tuple[Field[Answers], ...]:
    """The questions of a definition as fields named ``attribute[code]``; its notices as fields that ask nothing.

    Answers are checked by the rule of the domain, so a form refuses what the API refuses.

    :param zone: the time zone of moments that are written without one.
    """
    return tuple(_field(each, zone) for each in sorted(attributes, key=lambda each: each.order))


def answers_of(form: Form, attributes: Sequence[Attribute]) -> dict[str, Answers]:
    """The answers of a form by the codes of their questions, as ``domain.draft.Draft`` takes them."""
    names = {f"attribute[{each.code}]": each.code for each in attributes if each.variable}
    return {names[field.name]: form[field] for field in form.fields if field.name in names and form[field]}


def _field(attribute: Attribute, zone: str) -> Field[Answers]:
    def parse(sent: Sequence[str]) -> Answers:
        values = tuple(dict.fromkeys(value.strip() for value in sent))
        if answer_fault(attribute, values, zone):
            raise Wrong(WRONG.get(attribute.datatype, N_("Give one answer only")))
        return values

    return Field(
        name=f"attribute[{attribute.code}]",
        parse=parse,
        empty=(),
        kind=KINDS[attribute.datatype] if attribute.variable else Kind.NOTICE,
        missing=MISSING if attribute.required and attribute.variable else "",
        label=attribute.description,
        hint=attribute.datatype_description,
        options=[(option.key, option.name) for option in attribute.values],
    )
