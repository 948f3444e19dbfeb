"""What is to change about a service request, in one value that travels from a form, a call or a batch to the act."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from open311.domain.lifecycle import Outcome, Status
from open311.domain.photo import StoredPhoto


@dataclass(frozen=True, slots=True)
class Change:
    """A step of the lifecycle with what is said about it; without a ``status``, a comment or a note."""

    status: Status | None = None
    outcome: Outcome | None = None
    """How it ended; goes with closing."""
    scheduled: datetime | None = None
    """For when it is planned; goes with scheduling."""
    text: str = ""
    """What everybody may read: the reporter, followers, the public page."""
    note: str = ""
    """What only staff read."""
    photos: tuple[StoredPhoto, ...] = ()
    """Photos of the place after the work."""
    media_url: str = ""
    """The addresses of pictures that a client gave (``web_addresses``), one a line."""
    occurred_at: datetime | None = None
    """When it happened, where that was before it is told; None: now."""

    @property
    def plain(self) -> dict[str, Any]:
        """The change as JSON can hold it, for a batch: state, outcome, day, words and photos."""
        plain = {name: value for name, value in asdict(self).items() if name in _PLAIN}
        return {**plain, "scheduled": self.scheduled and self.scheduled.isoformat()}

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Self:
        """Read what ``plain`` made."""
        status, outcome, scheduled = (plain[name] for name in ("status", "outcome", "scheduled"))
        return cls(
            status=Status(status) if status else None,
            outcome=Outcome(outcome) if outcome else None,
            scheduled=datetime.fromisoformat(scheduled) if scheduled else None,
            text=plain["text"],
            note=plain["note"],
            photos=tuple(StoredPhoto(**photo) for photo in plain.get("photos", ())),
        )


_PLAIN = frozenset({"status", "outcome", "scheduled", "text", "note", "photos"})
