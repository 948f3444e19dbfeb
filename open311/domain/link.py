"""What a link in a message lets its receiver do, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class LinkKind:
    """Where a link leads, what stands on and before it (names of phrases), and how long it can be used."""

    path: str
    label: str
    before: str = ""
    valid_for: timedelta | None = None
    """None where it never expires."""
    reusable: bool = False
    """Whether it still works after it was used; only where using it again changes nothing."""


class LinkPurpose(StrEnum):
    """What a link is for, in the order in which a message offers them."""

    kind: LinkKind

    def __new__(cls, name: str, kind: LinkKind) -> LinkPurpose:
        """Make a member whose value is its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.kind = kind
        return member

    CONFIRM = (
        "confirm",
        LinkKind("follow/confirm", "do_confirm", "offer_updates", valid_for=timedelta(days=30), reusable=True),
    )
    ANSWER = "answer", LinkKind("answer", "offer_answer", valid_for=timedelta(days=60))
    FIXED = "fixed", LinkKind("fixed", "offer_fixed", valid_for=timedelta(days=14))
    """Valid from the closing of the service request, not from the message."""
    SIGN_IN = "sign_in", LinkKind("signin/link", "do_sign_in", valid_for=timedelta(minutes=30))
    STAFF_SIGN_IN = "staff_sign_in", LinkKind("signin/staff", "do_sign_in", reusable=True)
    PASSWORD = "password", LinkKind("signin/password", "do_set_password", valid_for=timedelta(hours=2))
    END = "end", LinkKind("follow/end", "offer_end", reusable=True)
    """Stop writing; it stands at the foot of a message, after everything else."""
