"""The daily digest: what was collected for a follower leaves as one message, in the morning of the city."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer, transaction, write
from open311.domain.moment import now
from open311.queries.reading import Statement

DIGEST_HOUR = 7
"""The hour of the city's day from which digests leave."""

_DIGESTS = Statement(
    """
    WITH made AS (
        INSERT INTO message (event, about, subscription, channel, address, state)
        SELECT 'digest', concat('digest:', s.key, ':', CAST(:day AS text)), s.key, s.channel, s.address, 'waiting'
        FROM subscription s
        WHERE s.jurisdiction = :jurisdiction AND s.rhythm = 'daily' AND s.ended_at IS NULL
          AND EXISTS (SELECT FROM message m WHERE m.subscription = s.key AND m.state = 'collected')
        ON CONFLICT DO NOTHING RETURNING key, subscription
    )
    UPDATE message m SET digest = made.key, state = 'sent', sent_at = :now
    FROM made WHERE m.subscription = made.subscription AND m.state = 'collected'
    """
)


def collect_digests(environment: Environment, moment: datetime | None = None) -> int:
    """Make today's digests of every city in which it is time, and return how many lines they have in all.

    A follower gets one digest a day, however often this is called. ``moment`` is now where it is not given.
    """
    moment = moment or now()
    lines = 0
    for jurisdiction in environment.city.jurisdictions.values():
        local = moment.astimezone(ZoneInfo(jurisdiction.timezone))
        if local.hour >= DIGEST_HOUR:
            lines += _collect(environment, jurisdiction.key, local.date().isoformat(), moment)
    return lines


@transaction
def _collect(environment: Environment, jurisdiction: str, day: str, moment: datetime) -> int:
    lines = write(_DIGESTS, {"jurisdiction": jurisdiction, "day": day, "now": moment})
    if lines:
        defer(environment, "send_messages")
    return lines
