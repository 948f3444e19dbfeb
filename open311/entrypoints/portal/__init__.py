"""Pages for residents: what stands behind the links of messages, and following a service request."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from open311.api.installation import installation
from open311.api.problems import STATUS
from open311.domain.errors import Refusal, TooManyRequests
from open311.entrypoints.portal import following, links
from open311.web import shell


def register(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(shell.blueprint)
    portal = Blueprint("portal", __name__, template_folder="templates")
    portal.register_error_handler(Refusal, _refused)
    for module in (links, following):
        portal.register_blueprint(module.blueprint)
    app.register_blueprint(portal)


def _refused(refusal: Refusal) -> Response:
    """What was refused, as a page."""
    jurisdiction = next(iter(installation().environment.city.jurisdictions.values()))
    language = jurisdiction.wordings.best(request.accept_languages.values())
    answer = shell.page("portal/refused.html", jurisdiction, language, STATUS[type(refusal)], reason=str(refusal))
    if isinstance(refusal, TooManyRequests):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer
