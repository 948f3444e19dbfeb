"""What a published document is: named fields in order, and the two names that XML needs."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields


class Document(Schema):
    """A published document. Every format can write every document, and none knows a particular one.

    ``singular`` names one element in XML, ``plural`` the list around it. With ``alone`` the document is an answer by
    itself (an object), not an item of a list.
    """

    singular: ClassVar[str]
    plural: ClassVar[str] = ""
    alone: ClassVar[bool] = False


class Text(fields.String):
    """Text. If it is unknown, JSON has ``null`` and XML an empty element; a ``known`` text is empty instead."""

    def __init__(self, *, known: bool = False, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known
        self.optional = optional


class Moment(fields.DateTime):
    """A moment in UTC, written ``YYYY-MM-DDTHH:MM:SSZ``; an ``optional`` one is left out if it is unknown."""

    def __init__(self, *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.optional = optional


class Degrees(fields.Float):
    """Longitude or latitude in degrees with at most seven decimals (a centimeter), never with an exponent in XML."""


class Number(fields.Integer):
    """A whole number."""


class Flag(fields.Boolean):
    """True or false."""


class Words(fields.List[str]):
    """A list of words; ``singular`` names one of them in XML. An ``optional`` one is left out if it is unknown."""

    def __init__(self, singular: str, *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(fields.String(), **kwargs)
        self.singular = singular
        self.optional = optional


class Many(fields.Field[Any]):
    """A list of documents inside a document; an ``optional`` one is left out if the row does not have it."""

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
    """The fields of a document by their published names, in the order in which they are described."""
    return dict(document._declared_fields)


def is_optional(field: fields.Field[Any]) -> bool:
    """Whether the field is left out if the row does not have it."""
    return bool(getattr(field, "optional", False))
