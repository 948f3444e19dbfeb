"""Turn news into one message for each receiver, and into calls of webhooks."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer, transaction, write
from open311.domain.news import News
from open311.queries.reading import Statement
from open311.queries.telling.news import news_of_update

# Each branch reads one index, and who follows is known before addresses are compared. Nobody is told twice: of several
# reasons, being the reporter comes first, then wanting to know at once.
_MESSAGES = Statement(
    """
    WITH followers AS MATERIALIZED (
        SELECT s.key FROM subscription s
        WHERE s.jurisdiction = :jurisdiction AND s.target = ANY(CAST(:targets AS text[])) AND (:public OR s.reporter)
        UNION ALL
        SELECT s.key FROM subscription s
        WHERE :public AND s.jurisdiction = :jurisdiction AND s.ended_at IS NULL
          AND ST_Intersects(s.area, ST_SetSRID(ST_MakePoint(CAST(:long AS float8), CAST(:lat AS float8)), 4326))
    ), chosen AS (
        SELECT DISTINCT ON (s.channel, lower(s.address)) s.*
        FROM followers f JOIN subscription s ON s.key = f.key
        WHERE s.ended_at IS NULL AND (s.confirmed_at IS NOT NULL OR (s.reporter AND :receipt))
        ORDER BY s.channel, lower(s.address), s.reporter DESC, s.rhythm = 'instant' DESC, s.key
    )
    INSERT INTO message (event, about, subscription, service_request, update, channel, address, state)
    SELECT :event, :about, key, :service_request, :update, channel, address,
           CASE rhythm WHEN 'daily' THEN 'collected' ELSE 'waiting' END
    FROM chosen ON CONFLICT DO NOTHING
    """
)
_CALLS = Statement(
    """
    INSERT INTO webhook_delivery (webhook, update, event, state)
    SELECT w.key, :update, :event, 'waiting'
    FROM webhook w JOIN publication p ON p.jurisdiction = w.jurisdiction AND p.service_request = :service_request
    WHERE w.removed_at IS NULL AND (w.events = '{}' OR :event = ANY(w.events))
    ON CONFLICT DO NOTHING
    """
)


@transaction
def expand_update(environment: Environment, service_request: int, update_id: str | None) -> int:
    """Make the messages and webhook calls of a public update, and return how many messages are new.

    ``update_id`` is the UUID of the update; None stands for the filing of the service request.
    """
    news = news_of_update(service_request, update_id)
    return expand(environment, news) if news else 0


@transaction
def expand(environment: Environment, news: News) -> int:
    """Make one message for each receiver of the news, and return how many are new: the second time, none are.

    News about an update of a service request also becomes calls of webhooks.
    """
    given = {
        "event": news.event,
        "about": news.about,
        "jurisdiction": news.jurisdiction,
        "targets": [str(target) for target in news.targets],
        "long": news.point.long if news.point else None,
        "lat": news.point.lat if news.point else None,
        "public": news.public,
        "receipt": news.event.kind.receipt,
        "service_request": news.service_request,
        "update": news.update,
    }
    made = write(_MESSAGES, given)
    if made:
        defer(environment, "send_messages")
    if news.update is not None and write(_CALLS, given):
        defer(environment, "call_webhooks")
    return made
