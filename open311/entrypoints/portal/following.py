"""Follow a service request by e-mail."""

from __future__ import annotations

from flask import Blueprint, Response, request

from open311.actions.follow import follow_request
from open311.actions.limits import count_write
from open311.api.installation import installation
from open311.domain.contact import email_address
from open311.entrypoints.portal.links import gone
from open311.queries.links import public_request
from open311.web.shell import page

blueprint = Blueprint("following", __name__)

HOUR = 3600
MOST_AN_HOUR = 20
"""Addresses that one sender may have us ask."""


@blueprint.route("/r/<number>/follow", methods=["GET", "POST"])
def follow(number: str) -> Response:
    """A form; the address gets a link to confirm it, and the page says the same whatever is known of the address."""
    environment = installation().environment
    found = public_request(number, list(environment.city.jurisdictions))
    if found is None:
        return gone()
    jurisdiction = environment.city.jurisdictions[found["jurisdiction"]]
    language = jurisdiction.wordings.best(request.accept_languages.values())
    email = request.form.get("email", "")
    if request.method == "GET":
        return page("portal/follow.html", jurisdiction, language, found=found, email="")
    if email_address(email) is None:
        problem = {"field": "email", "text": jurisdiction.wordings.say("follow_missing", language)}
        return page("portal/follow.html", jurisdiction, language, 400, found=found, email=email, problem=problem)
    count_write(f"follow:{request.remote_addr}", MOST_AN_HOUR, HOUR)
    daily = request.form.get("daily") == "yes"
    follow_request(environment, found["jurisdiction"], number, email, daily=daily, language=language)
    return page("portal/done.html", jurisdiction, language, name="followed", facts={})
