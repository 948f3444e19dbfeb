"""/admin: who has which role, and the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from open311.actions.accounts.audit import search_audit
from open311.actions.accounts.staff import revoke_grant, set_active
from open311.actions.base.environment import current_environment
from open311.domain.errors import InvalidArgument
from open311.domain.moment import day_after, read_moment
from open311.domain.roles import Act, OwnAct
from open311.queries.accounts.audit import PAGE_ENTRIES, AuditSearch
from open311.queries.accounts.grants import staff_grants
from open311.queries.accounts.people import account_of_key
from open311.web import fields
from open311.web.forms import Form, answer, form_page
from open311.web.gate import me
from open311.web.keys import read_key
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("administration", __name__, url_prefix="/admin")
ACCOUNT = fields.key("account", wrong="Enter the number of an account")
ACT = fields.line("act")
TARGET = fields.line("target")
DAY = fields.day("day")


@blueprint.get("/users", access=Act.MANAGE_ACCOUNTS)
def accounts() -> Response:
    """List every role that is granted, with its account."""
    return page("accounts/users.html", grants=staff_grants())


@blueprint.route("/users/<key:key>/disable", methods=["GET", "POST"], access=Act.MANAGE_ACCOUNTS)
def disable(key: int) -> Response:
    """Ask, then disable an account, which is signed out everywhere at once."""
    found = account_of_key(key)
    if found is None:
        raise NotFound("There is no such account")
    return _ask(partial(set_active, key, False, me().actor), account=found, own=key == me().account)


@blueprint.route("/grants/<key:key>/revoke", methods=["GET", "POST"], access=Act.MANAGE_ACCOUNTS)
def revoke(key: int) -> Response:
    """Ask, then revoke a role."""
    found = next((each for each in staff_grants() if each.grant == key), None)
    if found is None:
        raise NotFound("That role was revoked already")
    return _ask(partial(revoke_grant, key, me().actor), account=found, grant=found, own=found.account == me().account)


def _ask(do: Callable[[], object], **what: Any) -> Response:
    """The page that asks whether it is meant; its button does it."""

    def act() -> Response:
        do()
        return redirect(url_for("administration.accounts"), 303)

    return answer(Form.of_request(), act, partial(form_page, "accounts/confirm.html", **what), at="confirm")


@blueprint.get("/audit", access=Act.READ_AUDIT)
def audit() -> Response:
    """Search the audit log; the search itself is noted in it."""
    form = Form.of_query(ACCOUNT, ACT, TARGET, DAY)
    show = partial(form_page, "accounts/audit.html", acts=[*Act, *OwnAct])
    return answer(form, lambda: _found(form, show), partial(show, entries=[], more=None), at=ACCOUNT)


def _found(form: Form, show: Callable[..., Response]) -> Response:
    """The page with the entries that fit, and a link to earlier ones."""
    since, until = _span(form)
    search = AuditSearch(
        account=form[ACCOUNT],
        act=form[ACT],
        target=form[TARGET],
        since=since,
        until=until,
        before=read_key(request.args.get("before", "")),
    )
    entries = search_audit(me().actor, search)
    asked = {each.name: form.typed.get(each.name, "") for each in form.fields}
    earlier = {**asked, "before": entries[-1].key} if len(entries) == PAGE_ENTRIES else None
    return show(form, entries=entries, more=earlier and f"{request.path}?{urlencode(earlier)}")


def _span(form: Form) -> tuple[datetime | None, datetime | None]:
    """The moments at which the day that is asked for begins and ends in the city.

    :raises InvalidArgument: when the calendar has no such day.
    """
    if form[DAY] is None:
        return None, None
    zone = current_environment().city.first.timezone
    try:
        begins = read_moment(str(form[DAY]), zone)
        return begins, day_after(begins, zone)
    except (ValueError, OverflowError):
        raise InvalidArgument("Enter a day, like 2026-11-25") from None
