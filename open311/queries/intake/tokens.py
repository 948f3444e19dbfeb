"""Tokens, and the numbers they stand for."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, select

from open311.models.cases.service_request import ServiceRequest
from open311.models.intake.token import Token
from open311.queries.reading import JURISDICTION, Statement, fetch_one

_NUMBER = Statement(
    select(ServiceRequest.service_request_id)
    .join(Token, Token.service_request == ServiceRequest.key)
    .where(Token.token == bindparam("token", type_=Text()), Token.jurisdiction == JURISDICTION)
)


def number_of(jurisdiction: str, token: str) -> tuple[bool, str | None]:
    """Whether the token exists, and its number once there is one."""
    row = fetch_one(_NUMBER, {"jurisdiction": jurisdiction, "token": token})
    return (False, None) if row is None else (True, row[0])
