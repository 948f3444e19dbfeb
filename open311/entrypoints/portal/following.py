"""Follow a service request by e-mail."""

from __future__ import annotations

from flask import Blueprint, Response, request

from open311.actions.follow import follow_request
from open311.actions.limits import count_try
from open311.domain.contact import email_address
from open311.entrypoints.portal.links import gone
from open311.queries.links import public_request
from open311.web.access import environment, guard
from open311.web.pages import spoken

blueprint = Blueprint("following", __name__, template_folder="templates")
guard(blueprint)

HOUR = 3600
MOST_AN_HOUR = 20
"""Addresses that one sender may have us ask."""


@blueprint.route("/r/<number>/follow", methods=["GET", "POST"])
def follow(number: str) -> Response:
    """A form; the address gets a link to confirm it, and the page says the same whatever is known of the address."""
    found = public_request(number, list(environment().city.jurisdictions))
    if found is None:
        return gone()
    jurisdiction = environment().city.jurisdictions[found["jurisdiction"]]
    language = jurisdiction.wordings.best(request.accept_languages.values())
    email = request.form.get("email", "")
    if request.method == "GET":
        return spoken("portal/follow.html", jurisdiction, language, found=found, email="")
    if email_address(email) is None:
        errors = {"email": jurisdiction.wordings.say("follow_missing", language)}
        return spoken("portal/follow.html", jurisdiction, language, errors, 422, found=found, email=email)
    count_try("follow from", str(request.remote_addr), MOST_AN_HOUR, HOUR)
    daily = request.form.get("daily") == "yes"
    follow_request(environment(), found["jurisdiction"], number, email, daily=daily, language=language)
    return spoken("portal/done.html", jurisdiction, language, name="followed", facts={})
