"""Send the messages that are waiting, channel by channel."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.errors import MessageError

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.telling.bounce import bounced
from open311.actions.telling.channels import DELIVER
from open311.actions.telling.links import make_links
from open311.actions.telling.pump import Attempt, End, Outbox, pump
from open311.adapters.delivery import Gone, Refused
from open311.domain.backoff import Backoff
from open311.domain.channel import Channel
from open311.domain.event import Event
from open311.domain.moment import now
from open311.models.locks import Lock
from open311.models.telling.message import MessageState
from open311.queries.reading import Statement, fetch_one_as
from open311.queries.telling.messages import MESSAGE, Message, strangers_letters
from open311.queries.telling.words import letter_of

BACKOFF = Backoff(first=timedelta(minutes=1), longest=timedelta(hours=6), max_attempts=14)
"""A message is tried for about 32 hours."""

_STATES = {
    End.DONE: MessageState.SENT,
    End.DROPPED: MessageState.DROPPED,
    End.FAILED: MessageState.FAILED,
    End.LATER: MessageState.WAITING,
}
# What was told earlier arrives earlier: a message waits for those before it to the same follower, also while another
# worker sends them.
_CLAIM = Statement(
    f"""
    {MESSAGE}
    WHERE m.state = 'waiting' AND m.channel = :channel AND m.next_at <= clock_timestamp() AND NOT EXISTS (
        SELECT FROM message before
        WHERE before.subscription = m.subscription AND before.state = 'waiting' AND before.key < m.key)
    ORDER BY m.next_at, m.key LIMIT 1 FOR UPDATE OF m SKIP LOCKED
    """
)
_NOTE = Statement(
    """
    UPDATE message SET state = :state, attempts = attempts + 1, fault = :fault, sent_at = :sent_at,
                       next_at = coalesce(:next_at, next_at)
    WHERE key = :key
    """
)
_END_SUBSCRIPTION = Statement("UPDATE subscription SET ended_at = :now WHERE key = :subscription")

STRANGERS_LETTERS_PER_HOUR, STRANGERS_LETTERS_PER_DAY = 6, 20
"""How many letters an address gets that nobody has confirmed: anybody may have typed it, into any number of forms."""


def send_messages(environment: Environment) -> int:
    """Send what is waiting until nothing is, and return how many messages left.

    A channel whose own server is away waits for the next run, while the other channels go on.
    """
    return sum(pump(MessageOutbox(environment, channel))[End.DONE] for channel in Channel)


class MessageOutbox(Outbox[Message]):
    """The messages that wait for one channel."""

    backoff = BACKOFF

    def __init__(self, environment: Environment, channel: Channel) -> None:
        self._environment, self._channel = environment, channel
        self.run_seconds = channel.limits.run_seconds
        self.lock = Lock[channel.name] if channel.limits.one_worker else None

    def claim(self) -> Message | None:
        """Lock the next message of the channel."""
        return fetch_one_as(Message, _CLAIM, {"channel": self._channel})

    def attempt(self, row: Message) -> Attempt:
        """Write the message and hand it over, unless it is no longer wanted."""
        if not row.is_wanted:
            return Attempt(End.DROPPED)
        if row.subscription and row.confirmed_at is None and _is_flooded(row):
            if row.event is Event.CONFIRM:  # so that whoever meant it may ask again
                write(_END_SUBSCRIPTION, {"now": now(), "subscription": row.subscription})
            return Attempt(End.DROPPED, "too many letters to an address that nobody has confirmed")
        try:
            jurisdiction = self._environment.city.jurisdictions[row.jurisdiction]
            links = make_links(self._environment.public_url, row.subscription, row.service_request, row.links(now()))
            letter = letter_of(jurisdiction, row, links)
            DELIVER[self._channel](self._environment, jurisdiction, row, letter)
        except Gone as fault:
            bounced(row, str(fault))
            return Attempt(End.FAILED if self._channel is Channel.EMAIL else End.DROPPED, str(fault))
        except (LookupError, ValueError, MessageError) as fault:
            # It can never be written: its city or texts are gone, or its address is not one.
            raise Refused(f"{type(fault).__name__}: {fault}") from None
        return Attempt(End.DONE)

    def note(self, row: Message, attempt: Attempt, next_at: datetime | None) -> None:
        """Write down what became of the message."""
        given = {
            "key": row.key,
            "state": _STATES[attempt.end],
            "fault": attempt.fault,
            "sent_at": now() if attempt.end is End.DONE else None,
            "next_at": next_at,
        }
        write(_NOTE, given)


def _is_flooded(row: Message) -> bool:
    hour, day = strangers_letters(row.channel, row.address)
    return hour >= STRANGERS_LETTERS_PER_HOUR or day >= STRANGERS_LETTERS_PER_DAY
