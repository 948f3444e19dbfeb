"""How pages to act on say things: steps, outcomes, who is told, what somebody else did. In English, like ``words``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale, UnknownLocaleError

from open311.actions.telling.notify import MessagePreview
from open311.domain.lifecycle import Outcome, Status
from open311.entrypoints.console.words import STATES

STEPS = {
    Status.RECEIVED: ("Open it again", "It is new again, with its first promise."),
    Status.ACKNOWLEDGED: ("Acknowledge", "Somebody has looked at it."),
    Status.IN_PROGRESS: ("In progress", "Somebody works on it."),
    Status.SCHEDULED: ("Schedule", "It is planned for a day."),
    Status.CLOSED: ("Close", "Nothing more is going to be done. It needs an outcome and a public text."),
}
"""What is chosen in a form, and what that means."""
OUTCOMES = {
    Outcome.RESOLVED: "Resolved: it was done",
    Outcome.NO_ACTION_NEEDED: "Nothing needs to be done",
    Outcome.NOT_FOUND: "Not found there",
    Outcome.NOT_RESPONSIBLE: "Not the city's",
    Outcome.DUPLICATE: "A duplicate",
    Outcome.REFERRED_OUT: "Somebody outside does it",
    Outcome.UNABLE: "It cannot be done",
    Outcome.WITHDRAWN: "The reporter withdrew it",
    Outcome.INVALID: "No valid report",
    Outcome.INFORMATION_GIVEN: "Information was given",
}
_DONE = {
    "comment": "commented",
    "note": "noted",
    "assignment": "assigned it",
    "merge": "put it together with another",
    "moderation": "changed what everybody may see",
}


def language(code: str) -> str:
    """A language by its English name."""
    try:
        return str(Locale.parse(code, sep="-").get_display_name("en") or code)
    except (ValueError, UnknownLocaleError):
        return code


def receiver(word: MessagePreview, number: str) -> str:
    """To what kind of receiver a message goes."""
    who = "the reporter" if word.reporter else "followers"
    of = "" if word.number == number else f" of {word.number}"
    how = "by text message" if word.channel == "sms" else "in the daily digest" if word.daily else "by e-mail"
    return f"{who}{of}, {how}, {language(word.letter.told.language)}"


def did(row: Mapping[str, Any]) -> str:
    """What an entry of the history did, in a few words."""
    changes = row["changes"] or {}
    if "status" in changes and row["status"]:
        return f"made it: {STATES[row['status']]}"
    return _DONE.get(row["kind"], "changed it")


def who(row: Mapping[str, Any]) -> str:
    """Who did it."""
    plain = {"reporter": "The reporter", "client": "Another system", "system": "This system"}
    return str(row["name"] or plain.get(row["actor"], row["actor"]))
