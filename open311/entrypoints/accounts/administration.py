"""/admin: who has which role, and the audit log."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from open311.actions.accounts.audit import search_audit
from open311.actions.accounts.staff import revoke_grant, set_active
from open311.actions.base.environment import current_environment
from open311.domain.errors import InvalidArgument
from open311.domain.moment import day_after, read_moment
from open311.domain.roles import Act, OwnAct
from open311.queries.accounts.audit import PAGE_ENTRIES, AuditSearch
from open311.queries.accounts.grants import staff_grants
from open311.web.forms import answer
from open311.web.gate import me
from open311.web.pages import Pages
from open311.web.shell import page
from open311.web.site import read_key

blueprint = Pages("administration", __name__, url_prefix="/admin")


@blueprint.get("/users", access=Act.MANAGE_ACCOUNTS)
def accounts() -> Response:
    """Every grant in force, with its account."""
    return page("accounts/users.html", grants=staff_grants())


@blueprint.post("/users/<key:key>/disable", access=Act.MANAGE_ACCOUNTS)
def disable(key: int) -> Response:
    """Disable an account; it is signed out everywhere at once."""
    set_active(key, False, me().actor)
    return redirect(url_for("administration.accounts"), 303)


@blueprint.post("/grants/<key:key>/revoke", access=Act.MANAGE_ACCOUNTS)
def revoke(key: int) -> Response:
    """Take a role away."""
    revoke_grant(key, me().actor)
    return redirect(url_for("administration.accounts"), 303)


@blueprint.get("/audit", access=Act.READ_AUDIT)
def audit() -> Response:
    """Search the log; looking is noted in it."""
    given = {name: request.args.get(name, "").replace("\0", "").strip() for name in ("account", "act", "target", "day")}
    before = request.args.get("before", "")
    acts = [*Act, *OwnAct]

    def act() -> Response:
        account = read_key(given["account"])
        if given["account"] and account is None:
            raise InvalidArgument("Enter the number of an account")
        since = until = None
        if given["day"]:
            zone = current_environment().city.first.timezone
            try:
                since = read_moment(given["day"], zone)
                until = day_after(since, zone)
            except (ValueError, OverflowError):
                raise InvalidArgument("Enter a day, like 2026-11-25") from None
        search = AuditSearch(
            account=account,
            act=given["act"],
            target=given["target"],
            since=since,
            until=until,
            before=read_key(before),
        )
        entries = search_audit(me().actor, search)
        earlier = {**given, "before": entries[-1].key} if len(entries) == PAGE_ENTRIES else None
        more = earlier and f"{request.path}?{urlencode(earlier)}"
        return page("accounts/audit.html", entries=entries, given=given, acts=acts, more=more)

    return answer(act, "accounts/audit.html", "account", entries=[], given=given, acts=acts, more=None)
