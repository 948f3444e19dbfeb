"""News: something happened, and those who follow any of its targets are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from open311.domain.event import Event
from open311.domain.place import Point


class TargetKind(StrEnum):
    """A kind of thing that can be followed; ``phrase`` says in a message what is followed.

    A new kind is a row here and, where it has a name of its own, one in ``queries/telling/words.py``.
    """

    phrase: str

    def __new__(cls, name: str, phrase: str = "") -> TargetKind:
        """Make a member whose value is its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.phrase = phrase
        return member

    SERVICE_REQUEST = "service_request", "followed_request"
    SERVICE = "service", "followed_service"
    BOUNDARY = "boundary", "followed_boundary"
    RADIUS = "radius", "followed_area"
    AREA = "area", "followed_area"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that can be followed, written ``service:SR-ST02``, ``boundary:ward:5`` or ``service_request:17``.

    ``id`` tells it from others of its kind; of a service request it is the key, of an area whatever stands for its
    shape.
    """

    kind: TargetKind
    id: str

    @classmethod
    def read(cls, text: str) -> Target:
        """Read the written form.

        :raises ValueError: when the kind is unknown, or there is no id.
        """
        kind, _, id = text.partition(":")
        if not id:
            raise ValueError(f"not a target: {text!r}")
        return cls(TargetKind(kind), id)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class News:
    """Something that is to be told, once to each receiver."""

    event: Event
    about: str
    """What happened, unique: ``update:17``. The same news told again reaches nobody twice."""
    jurisdiction: str
    targets: tuple[Target, ...]
    """Whoever follows one of them hears of it."""
    point: Point | None = None
    """Where it happened, if those hear of it too who follow an area around it."""
    public: bool = True
    """Whether everybody may know. If not, it is told to the reporter alone."""
    service_request: int | None = None
    update: int | None = None
    """The service request and the entry of its history that it is about, if any."""
