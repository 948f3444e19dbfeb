"""What a published document is: named fields in order, and the two names that XML wants."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields


class Document(Schema):
    """A published document. A format knows how to write any of them, none knows a single one.

    ``singular`` names one element in XML, ``plural`` the list around it. ``alone`` says that the document is an
    answer by itself (an object), not one of a list.
    """

    singular: ClassVar[str]
    plural: ClassVar[str] = ""
    alone: ClassVar[bool] = False


class Text(fields.String):
    """Text; ``null`` or an empty element when unknown. ``known`` means never null: empty text instead."""

    def __init__(self, *, known: bool = False, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known
        self.optional = optional


class Moment(fields.DateTime):
    """A moment in UTC, written ``YYYY-MM-DDTHH:MM:SSZ``; ``optional`` leaves the field out when unknown."""

    def __init__(self, *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.optional = optional


class Degrees(fields.Float):
    """Longitude or latitude in degrees, seven decimals at most (a centimetre), never with an exponent in XML."""


class Number(fields.Integer):
    """A whole number."""


class Flag(fields.Boolean):
    """True or false."""


class Words(fields.List[str]):
    """A list of words; ``singular`` names one of them in XML."""

    def __init__(self, singular: str, **kwargs: Any) -> None:
        super().__init__(fields.String(), **kwargs)
        self.singular = singular


class Many(fields.Field[Any]):
    """A list of documents inside a document; ``optional`` leaves it out when the row has none."""

    def __init__(self, document: type[Document], *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.document = document
        self.optional = optional


class One(fields.Field[Any]):
    """A document inside a document."""

    def __init__(self, document: type[Document], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.document = document


def described(document: type[Document]) -> dict[str, fields.Field[Any]]:
    """The fields of a document by published name, in the order of their description."""
    return dict(document._declared_fields)


def is_optional(field: fields.Field[Any]) -> bool:
    """Whether the field is left out when the row does not know it."""
    return bool(getattr(field, "optional", False))
