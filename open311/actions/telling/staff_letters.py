"""Letters to those who work for the city. They are messages like all others, but nobody has to ask for them."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import defer, write
from open311.domain.contact import email_address
from open311.domain.event import Event
from open311.models.cases.service_request import ServiceRequest
from open311.queries.reading import Statement
from open311.queries.telling.staff import email_of

# An update has one letter of a kind for each address, however often this is done (``uq_message_about``).
_ADD = Statement(
    """
    INSERT INTO message (event, about, service_request, update, channel, address, state)
    SELECT :event, concat(CAST(:event AS text), ':', u.key), u.service_request, u.key, 'email', :address, 'waiting'
    FROM service_request_update u WHERE u.service_request = :key AND u.uuid::text = :update_id
    ON CONFLICT DO NOTHING
    """
)


def write_to_department(environment: Environment, case: ServiceRequest, event: Event, update_id: str) -> None:
    """Write to the address that the department of a case names for broken promises, if it names one."""
    department = environment.city.jurisdictions[case.jurisdiction].departments.get(case.department)
    if department:
        _write(environment, case, event, update_id, department.escalation_email)


def write_to_assignee(environment: Environment, case: ServiceRequest, event: Event, update_id: str) -> None:
    """Write to the person to whom a case is assigned, if there is one and the account is active."""
    if case.assignee:
        _write(environment, case, event, update_id, email_of(case.assignee))


def _write(environment: Environment, case: ServiceRequest, event: Event, update_id: str, address: str | None) -> None:
    """Queue a letter in the transaction of what it is about; in a sandbox, nobody is written to."""
    if not address or environment.city.jurisdictions[case.jurisdiction].sandbox:
        return
    if write(
        _ADD, {"event": event, "key": case.key, "update_id": update_id, "address": email_address(address) or address}
    ):
        defer(environment, "send_messages")
