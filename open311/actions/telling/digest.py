"""The daily digest: what was collected for a follower leaves as one message, in the morning of the city."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, defer, transaction
from open311.domain.moment import now

HOUR = 7
"""Of the city's day, from when on digests leave."""

_DIGESTS = """
WITH made AS (
    INSERT INTO message (event, about, subscription, channel, address, state)
    SELECT 'digest', 'digest:' || s.key || ':' || %(day)s, s.key, s.channel, s.address, 'waiting'
    FROM subscription s
    WHERE s.jurisdiction = %(jurisdiction)s AND s.rhythm = 'daily' AND s.ended_at IS NULL
      AND EXISTS (SELECT FROM message m WHERE m.subscription = s.key AND m.state = 'collected')
    ON CONFLICT DO NOTHING RETURNING key, subscription
)
UPDATE message m SET digest = made.key, state = 'sent', sent_at = %(now)s
FROM made WHERE m.subscription = made.subscription AND m.state = 'collected'
"""


def collect_digests(environment: Environment, moment: datetime | None = None) -> int:
    """Make today's digests of every city in which it is time; again, there are none. Answers how many lines."""
    moment = moment or now()
    lines = 0
    for jurisdiction in environment.city.jurisdictions.values():
        local = moment.astimezone(ZoneInfo(jurisdiction.timezone))
        if local.hour >= HOUR:
            lines += _collect(environment, jurisdiction.key, local.date().isoformat(), moment)
    return lines


@transaction
def _collect(environment: Environment, jurisdiction: str, day: str, moment: datetime) -> int:
    lines = connection().execute(_DIGESTS, {"jurisdiction": jurisdiction, "day": day, "now": moment}).rowcount
    if lines:
        defer(environment, "send_messages")
    return lines
