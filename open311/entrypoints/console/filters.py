"""/staff/filters: saving the filters of the list under a name, and deleting them."""

from __future__ import annotations

from functools import partial

from flask import redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from open311.actions.accounts import saved_filters
from open311.actions.base.environment import current_environment
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.queue import NAME, came_from, listing
from open311.web.forms import Form, answer
from open311.web.gate import me


@blueprint.post("/filters", access=Act.READ, shown_on="console.queue")
def save_filter() -> Response:
    """Save the filters of the list, for oneself or for a department."""
    question, form = came_from(request.form.get("query", "")), Form.of_request(NAME)
    department = request.form.get("share") or None

    def act() -> Response:
        query, name = question.query, form[NAME]
        saved_filters.save_filter(current_environment(), city().key, me().actor, name, query, department)
        return redirect(f"{url_for('console.queue')}?{query}", 303)

    return answer(form, act, partial(listing, question), at=NAME)


@blueprint.post("/filters/<key:key>/delete", access=Act.READ, shown_on="console.queue")
def delete_filter(key: int) -> Response:
    """Delete one of one's own saved filters."""
    if not saved_filters.delete_filter(key, me().actor):
        raise NotFound("There is no such filter of yours")
    return redirect(f"{url_for('console.queue')}?{came_from(request.args.get('list', '')).place}", 303)
