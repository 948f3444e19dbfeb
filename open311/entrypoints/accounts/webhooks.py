"""The page /admin/webhooks: which servers are called, and what is done about calls that failed."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from open311.actions.base.environment import current_environment
from open311.actions.telling.webhooks import give_up, replay
from open311.domain.roles import Act
from open311.queries.telling.webhooks import all_webhooks, dead_deliveries, ended_webhooks, retried_deliveries
from open311.web.gate import me
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("webhooks", __name__, url_prefix="/admin/webhooks")


@blueprint.get("", access=Act.MANAGE_WEBHOOKS)
def failed() -> Response:
    """Show receivers and failed calls with the reason, both those that are dead and those to be made again."""
    return page(
        "accounts/webhooks.html",
        webhooks=all_webhooks(),
        ended=ended_webhooks(),
        dead=dead_deliveries(),
        retried=retried_deliveries(),
    )


@blueprint.post("/<delivery>/again", access=Act.MANAGE_WEBHOOKS, shown_on="webhooks.failed")
def send_again(delivery: str) -> Response:
    """Make a call again under its id; where somebody else did already, nothing happens."""
    replay(current_environment(), delivery, me().actor)
    return redirect(url_for("webhooks.failed"), 303)


@blueprint.post("/<delivery>/give-up", access=Act.MANAGE_WEBHOOKS, shown_on="webhooks.failed")
def drop(delivery: str) -> Response:
    """Take a dead call off the list."""
    give_up(delivery, me().actor)
    return redirect(url_for("webhooks.failed"), 303)
