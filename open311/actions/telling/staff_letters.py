"""Letters to those who work for the city: rows of ``message`` like all others, but nobody had to ask for them."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, defer
from open311.domain.event import Event
from open311.models.cases.service_request import ServiceRequest

# An update has one letter of a kind for each address, however often this is done (``uq_message_about``).
_ADD = """
INSERT INTO message (event, about, service_request, update, channel, address, state)
SELECT %(event)s, %(event)s || ':' || u.key, u.service_request, u.key, 'email', %(address)s, 'waiting'
FROM service_request_update u WHERE u.service_request = %(key)s AND u.uuid::text = %(update_id)s
ON CONFLICT DO NOTHING
"""


def write_to_department(environment: Environment, case: ServiceRequest, event: Event, update_id: str) -> None:
    """Write to whom a department names for broken promises, if it names anybody."""
    department = environment.city.jurisdictions[case.jurisdiction].departments.get(case.department)
    if department:
        _write(environment, case, event, update_id, department.escalation_email)


def write_to_assignee(environment: Environment, case: ServiceRequest, event: Event, update_id: str) -> None:
    """Write to the person who has it, if somebody has and still works here."""
    row = (
        connection().execute("SELECT email FROM account WHERE key = %s AND active", (case.assignee,)).fetchone()
        if case.assignee
        else None
    )
    if row:
        _write(environment, case, event, update_id, row[0])


def _write(environment: Environment, case: ServiceRequest, event: Event, update_id: str, address: str) -> None:
    """In the transaction of what it tells of; a sandbox writes to nobody."""
    if not address or environment.city.jurisdictions[case.jurisdiction].sandbox:
        return
    given = {"event": event, "key": case.key, "update_id": update_id, "address": address}
    if connection().execute(_ADD, given).rowcount:
        defer(environment, "send_messages")
