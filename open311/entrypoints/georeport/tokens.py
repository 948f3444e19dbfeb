"""GET tokens/{token}: from a receipt to a number."""

from __future__ import annotations

from flask import Blueprint

from open311.api.call import Call
from open311.api.endpoint import Reply, endpoint
from open311.domain.errors import UnknownToken
from open311.queries.intake.tokens import number_of
from open311.wire.documents import TokenDocument

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/tokens/<name:token><suffix:suffix>")
@endpoint(TokenDocument)
def token(call: Call, token: str) -> Reply:
    """The number, or the token alone while there is none yet: 200 both times, so that clients can poll."""
    known, number = number_of(call.jurisdiction.key, token)
    if not known:
        raise UnknownToken(f"token {token!r} was not found")
    return Reply([{"service_request_id": number, "token": token}])
