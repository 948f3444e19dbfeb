"""Words of the pages on which staff act: who gets a message, and what somebody else did meanwhile. English only."""

from __future__ import annotations

from open311.actions.telling.preview import MessagePreview
from open311.domain.channel import Channel
from open311.queries.cases.in_hand import MeanwhileEntry
from open311.web import phrases

BY_CHANNEL = {
    Channel.EMAIL: "by e-mail",
    Channel.SMS: "by text message",
    Channel.PUSH: "by push notification",
}
"""How a message reaches its receiver, for every channel."""
_DONE = {
    "comment": "commented",
    "note": "noted",
    "assignment": "assigned it",
    "merge": "put it together with another",
    "split": "split it",
    "moderation": "changed what everybody may see",
}


def receiver(message: MessagePreview, number: str) -> str:
    """Return who gets a message and how: ``the reporter, by e-mail, Spanish``.

    ``number`` is the service request that staff act on; followers of another one are said to be of that other one.
    """
    who = "the reporter" if message.reporter else "followers"
    of = "" if message.number == number else f" of {message.number}"
    how = "in the daily digest" if message.daily else BY_CHANNEL[Channel(message.channel)]
    return f"{who}{of}, {how}, {phrases.language_name(message.letter.text.language)}"


def did(row: MeanwhileEntry) -> str:
    """Return what an entry of the history did, in a few words: ``commented``."""
    changes = row.changes or {}
    if "status" in changes and row.status:
        return f"made it: {phrases.state(row.status)}"
    return _DONE.get(row.kind, "changed it")


def who(row: MeanwhileEntry) -> str:
    """Return who made an entry of the history: a name or, where there is none, words such as ``The reporter``."""
    plain = {"reporter": "The reporter", "client": "Another system", "system": "This system"}
    return str(row.name or plain.get(row.actor, row.actor))
