"""What programs that send updates call a state: FixMyStreet's words and others, and what they mean here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from open311.domain.lifecycle import PUBLISHED, STEPS, Outcome, Status


@dataclass(frozen=True, slots=True)
class Meaning:
    """The state that a word stands for; without one the word asks for no step."""

    status: Status | None = None
    outcome: Outcome | None = None
    or_already: Status | None = None
    """Another state of a service request in which the word has come true already."""

    def step_from(self, current: Status) -> Status | None:
        """The state to step to; None if the service request is there already, or none is asked for."""
        already = self.status is current or (self.or_already is not None and self.or_already is current)
        opens_what_is_open = self.status is Status.RECEIVED and PUBLISHED[current] == "open"
        return None if already or opens_what_is_open else self.status


NO_STEP = Meaning()
_REOPEN = Meaning(Status.RECEIVED)
_SEEN = Meaning(Status.ACKNOWLEDGED)
_BEGUN = Meaning(Status.IN_PROGRESS)
_PLANNED = Meaning(Status.IN_PROGRESS, or_already=Status.SCHEDULED)
_FIXED = Meaning(Status.CLOSED, Outcome.RESOLVED)
_OTHERS = Meaning(Status.CLOSED, Outcome.NOT_RESPONSIBLE)

MEANINGS: dict[str, Meaning] = {
    "open": NO_STEP,
    "reopen": _REOPEN,
    "reopened": _REOPEN,
    "investigating": _BEGUN,
    "confirmed": NO_STEP,
    "unconfirmed": NO_STEP,
    "partial": NO_STEP,
    "hidden": NO_STEP,
    "for_triage": _SEEN,
    "acknowledged": _SEEN,
    "in_progress": _BEGUN,
    "action_scheduled": _PLANNED,
    "planned": _PLANNED,
    "closed": _FIXED,
    "completed": _FIXED,
    "fixed": _FIXED,
    "fixed_council": _FIXED,
    "fixed_user": _FIXED,
    "no_further_action": Meaning(Status.CLOSED, Outcome.NO_ACTION_NEEDED),
    "not_councils_responsibility": _OTHERS,
    "not_responsible": _OTHERS,
    "unable_to_fix": Meaning(Status.CLOSED, Outcome.UNABLE),
    "duplicate": Meaning(Status.CLOSED, Outcome.DUPLICATE),
    "cancelled": Meaning(Status.CLOSED, Outcome.WITHDRAWN),
    "canceled": Meaning(Status.CLOSED, Outcome.WITHDRAWN),
    "internal_referral": Meaning(Status.REFERRED),
}
"""Every word, in lower case.

``open`` is no step: FixMyStreet sends it with every comment, also where its own copy is closed. An action that is
planned comes without its date, so it is in progress here. Whether something is shown (``hidden``, ``unconfirmed``) is
for this city to decide.
"""


def meaning(word: str) -> Meaning:
    """What a client's word means, however it is spelled: upper or lower case, with spaces, hyphens or underscores.

    :raises ValueError: when it is none of the words, with a sentence for the client.
    """
    plain = re.sub(r"\W+", "_", word.strip().lower().replace("'", "").replace("\u2019", ""))
    if not plain:
        return NO_STEP
    if plain not in MEANINGS:
        raise ValueError(f"status {plain!r} is not one of {', '.join(MEANINGS)}")
    return MEANINGS[plain]


def why_not(current: Status, new: Status) -> str:
    """Why a step cannot be taken from a state, as a sentence for the program that asked for it; empty if it can."""
    if new in STEPS[current]:
        return ""
    if PUBLISHED[current] == "closed":
        return "a closed service request is opened again (status REOPEN) before anything else"
    allowed = ", ".join(sorted(STEPS[current]))
    return f"a service request that is {current} cannot become {new}; it can become {allowed}"
