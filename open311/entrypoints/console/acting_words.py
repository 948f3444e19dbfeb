"""How pages to act on say things: steps, outcomes, who is told, what somebody else did. In English, like ``words``."""

from __future__ import annotations

from open311.actions.telling.preview import MessagePreview
from open311.domain.channel import Channel
from open311.queries.cases.in_hand import MeanwhileEntry
from open311.web import phrases

_DONE = {
    "comment": "commented",
    "note": "noted",
    "assignment": "assigned it",
    "merge": "put it together with another",
    "moderation": "changed what everybody may see",
}


def receiver(word: MessagePreview, number: str) -> str:
    """To what kind of receiver a message goes."""
    who = "the reporter" if word.reporter else "followers"
    of = "" if word.number == number else f" of {word.number}"
    how = "by text message" if word.channel == Channel.SMS else "in the daily digest" if word.daily else "by e-mail"
    return f"{who}{of}, {how}, {phrases.language_name(word.letter.text.language)}"


def did(row: MeanwhileEntry) -> str:
    """What an entry of the history did, in a few words."""
    changes = row.changes or {}
    if "status" in changes and row.status:
        return f"made it: {phrases.state(row.status)}"
    return _DONE.get(row.kind, "changed it")


def who(row: MeanwhileEntry) -> str:
    """Who did it."""
    plain = {"reporter": "The reporter", "client": "Another system", "system": "This system"}
    return str(row.name or plain.get(row.actor, row.actor))
