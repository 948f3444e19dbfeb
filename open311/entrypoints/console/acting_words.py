"""Words of the pages on which staff act: who gets a message, and what somebody else did meanwhile. English only."""

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


def receiver(message: MessagePreview, number: str) -> str:
    """Who gets a message and how: ``the reporter, by e-mail, Spanish``."""
    who = "the reporter" if message.reporter else "followers"
    of = "" if message.number == number else f" of {message.number}"
    how = (
        "by text message" if message.channel == Channel.SMS else "in the daily digest" if message.daily else "by e-mail"
    )
    return f"{who}{of}, {how}, {phrases.language_name(message.letter.text.language)}"


def did(row: MeanwhileEntry) -> str:
    """What an entry of the history did, in a few words: ``commented``."""
    changes = row.changes or {}
    if "status" in changes and row.status:
        return f"made it: {phrases.state(row.status)}"
    return _DONE.get(row.kind, "changed it")


def who(row: MeanwhileEntry) -> str:
    """Who made an entry of the history: a name, or what stands for one."""
    plain = {"reporter": "The reporter", "client": "Another system", "system": "This system"}
    return str(row.name or plain.get(row.actor, row.actor))
