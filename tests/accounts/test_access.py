"""Every route for every role, every act for every role: what happens is what the matrix says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from open311.actions.accounts.audit import search_audit
from open311.actions.accounts.staff import grant_role, revoke_grant, set_active
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import annotate, comment, endorse, moderate, progress, set_visibility
from open311.actions.cases.redact import redact_description
from open311.actions.cases.refer import refer
from open311.actions.cases.relate import merge
from open311.actions.cases.reporter import read_personal
from open311.actions.cases.split import Part, split
from open311.actions.privacy.erase import erase_person
from open311.actions.privacy.export import export_person
from open311.actions.privacy.retention import run_retention
from open311.actions.telling.webhooks import add_webhook
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import NotAllowed
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import Outcome, Status
from open311.domain.person import Who
from open311.domain.place import Point
from open311.domain.priority import Priority
from open311.domain.roles import CITY_WIDE, MATRIX, STAFF, Act, Grant, Role, opens
from open311.queries.places.boundaries import boundaries_at
from open311.web.gate import Door, declared
from tests.accounts.conftest import COMMAND, HOME, Browser, Staff, log
from tests.accounts.conftest import STAFF as STAFF_ADDRESS
from tests.conftest import PLACE

# Routes


def rules(app: Flask) -> list[Any]:
    return list(app.url_map.iter_rules())


def test_every_route_is_of_the_api_or_declares_what_it_takes(app: Flask) -> None:
    homes = tuple(f"open311.entrypoints.{home}" for home in ("georeport", "opendata", "health"))
    api = {name for name, blueprint in app.blueprints.items() if blueprint.import_name.startswith(homes)}
    assert {rule.endpoint for rule in rules(app) if rule.endpoint.rpartition(".")[0] not in api} == set(declared(app))


@pytest.mark.parametrize("role", Role)
def test_every_page_opens_for_the_roles_of_the_matrix_and_no_others(
    app: Flask, signed_in: Callable[..., Browser], role: Role, city: Connection
) -> None:
    browser = signed_in(role)
    for rule in rules(app):
        if rule.endpoint not in declared(app) or rule.endpoint in ("web.static", "own.sign_out"):
            continue
        needed = declared(app)[rule.endpoint]
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            status = visit(browser, rule.rule, method)
            allowed = needed in Door or needed in MATRIX[role]
            assert (status != 403) is allowed, (method, rule.rule, status)


def test_the_api_is_the_same_for_everybody(app: Flask, open_browser: Any, signed_in: Any, report: Any) -> None:
    named = {
        "suffix:suffix": ".json",
        "name:service_code": "SR-CL01",
        "number:service_request_id": report(),
        "name:token": "none",
        "name:layer": "ward",
        "path:code": "1",
        "path:filename": "docs.js",
        "name": "openapi.yaml",
    }
    paths = {
        re.sub(r"<([^>]+)>", lambda found: named[found[1]], rule.rule)
        for rule in rules(app)
        if rule.endpoint not in declared(app) and "GET" in rule.methods
    }

    def status(browser: Browser, path: str) -> int:
        with browser.client.get(path, base_url=HOME) as answer:
            return answer.status_code

    def statuses(browser: Browser) -> dict[str, int]:
        return {path: status(browser, path) for path in paths}

    for_all = statuses(open_browser())
    assert list(for_all.values()).count(200) > 20
    assert {path for path in paths if for_all[path] not in (200, 404)} == {"/docs/openapi.yaml"}
    for role in Role:
        assert statuses(signed_in(role, f"{role}@phila.example")) == for_all


def visit(browser: Browser, path: str, method: str) -> int:
    """The status of one call; a number or secret in the path is one that nothing has. Forms carry their token."""
    browser.get("/account")
    (token, *_) = re.findall(r'name="csrf" value="([^"]+)"', browser.text)
    path = re.sub(r"<[^>]+>", "0", path)
    form = {"csrf": token, "password": "x", "code": "x", "old": "x", "new": "x"} if method == "POST" else None
    answer = browser.client.open(path, method=method, base_url=HOME, data=form)
    if (needs := "is not right" in answer.get_data(as_text=True)) or "does not work" in answer.get_data(as_text=True):
        return 200 if needs or answer.status_code == 403 else answer.status_code
    return int(answer.status_code)


@pytest.mark.parametrize(
    "scope", [{"service": "SR-ST02"}, {"department": "parks-recreation"}, {"boundary": "ward:999"}]
)
def test_no_page_about_a_case_opens_for_a_grant_that_does_not_reach_it(
    app: Flask, signed_in: Callable[..., Browser], report: Any, scope: dict[str, str]
) -> None:
    browser, number = signed_in(Role.ADMINISTRATOR, **scope), report()
    about_a_case = [
        (rule.rule.replace("<number:number>", number), method)
        for rule in rules(app)
        if "<number:number>" in rule.rule and declared(app).get(rule.endpoint) in set(Act)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    ]
    assert len(about_a_case) > 12
    assert {(path, method): visit(browser, path, method) for path, method in about_a_case} == dict.fromkeys(
        about_a_case, 403
    )


FIELDS = (
    "account", "act", "address", "area", "boundary", "code", "daily", "department", "description1", "email",
    "field", "fixed", "key", "list", "name", "near", "new", "newest", "note", "number", "old", "outcome", "password",
    "person", "priority", "push_endpoint", "push_key", "push_secret", "query", "reason", "reply", "role", "scheduled",
    "secret", "seen", "service", "service1", "share", "state", "status", "text", "url", "what", "when", "why", "words",
)  # fmt: skip
"""What forms of pages send."""


@pytest.mark.parametrize("do", ["", "send", "preview", "fill", "hold", "\0"])
def test_no_form_fails_because_of_a_nul(app: Flask, signed_in: Callable[..., Browser], report: Any, do: str) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    grant_role(app.extensions["open311"], STAFF_ADDRESS, Grant(Role.SUPERVISOR), COMMAND)
    number = report()
    for rule in rules(app):
        if rule.endpoint not in declared(app) or "POST" not in rule.methods or rule.endpoint == "own.sign_out":
            continue
        browser.get("/account")
        (token, *_) = re.findall(r'name="csrf" value="([^"]+)"', browser.text)
        form = dict.fromkeys(FIELDS, "a\x00b") | {"csrf": token, "do": do, "number": [number, "\0"], "key": "\0"}
        path = re.sub(r"<[^>]+>", number, rule.rule)
        assert browser.client.post(path, base_url=HOME, data=form).status_code < 500, path


@pytest.mark.parametrize(
    ("path", "door"),
    [("/account", "/signin"), ("/admin/users", "/signin/staff"), ("/staff", "/signin/staff")],
)
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(browser: Browser, path: str, door: str) -> None:
    assert browser.get(path).request.path == door


def test_a_role_for_one_ward_opens_no_page_about_the_whole_city(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(Role.ADMINISTRATOR, boundary="ward:5")
    assert {act for act in Act if not opens([Grant(Role.ADMINISTRATOR, boundary="ward:5")], act)} == CITY_WIDE
    assert browser.get("/admin/users").status_code == browser.get("/admin/audit").status_code == 403


# Acts

Do = Callable[[Environment, str, str, Actor], object]
"""With the number of a case, another one, and who does it."""
CITY = "phila.gov"
NOBODY = Who.read("nobody@x.example")
CASE_ACTS: dict[Act, Do] = {
    Act.FILE: lambda e, n, o, a: endorse(CaseRef(CITY, n), a, channel="call_centre"),
    Act.READ_PERSONAL: lambda e, n, o, a: read_personal(CaseRef(CITY, n), a),
    Act.PROGRESS: lambda e, n, o, a: progress(e, CaseRef(CITY, n), a, Change(Status.IN_PROGRESS)),
    Act.CLOSE: lambda e, n, o, a: progress(
        e, CaseRef(CITY, n), a, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done.")
    ),
    Act.REOPEN: lambda e, n, o, a: progress(e, CaseRef(CITY, o), a, Change(Status.RECEIVED)),
    Act.COMMENT: lambda e, n, o, a: comment(e, CaseRef(CITY, n), a, Change(text="We look into it.")),
    Act.NOTE: lambda e, n, o, a: annotate(e, CaseRef(CITY, n), a, "The key is at the gate."),
    Act.ASSIGN: lambda e, n, o, a: assign(e, CaseRef(CITY, n), a),
    Act.PRIORITISE: lambda e, n, o, a: prioritise(e, CaseRef(CITY, n), a, Priority.URGENT),
    Act.MERGE: lambda e, n, o, a: merge(e, CaseRef(CITY, n), a, o),
    Act.SPLIT: lambda e, n, o, a: split(e, CaseRef(CITY, n), a, [Part("SR-CL02", "The other half")]),
    Act.REFER: lambda e, n, o, a: refer(e, CaseRef(CITY, n), a, OUTSIDE),
    Act.MODERATE: lambda e, n, o, a: moderate(e, CaseRef(CITY, n), a, Moderation.HIDDEN),
    Act.SET_VISIBILITY: lambda e, n, o, a: set_visibility(e, CaseRef(CITY, n), a, True),
    Act.REDACT: lambda e, n, o, a: redact_description(e, CaseRef(CITY, n), a, reason="a name"),
}
OTHER_ACTS: dict[Act, Do] = {
    Act.MANAGE_ACCOUNTS: lambda e, n, o, a: grant_role(e, "new@x.example", Grant(Role.CREW), a, "New"),
    Act.READ_AUDIT: lambda e, n, o, a: search_audit(a),
    Act.APPLY_RETENTION: lambda e, n, o, a: list(run_retention(e, a)),
    Act.EXPORT_PERSON: lambda e, n, o, a: export_person(e, NOBODY, a),
    Act.ERASE_PERSON: lambda e, n, o, a: erase_person(e, NOBODY, a),
    Act.MANAGE_WEBHOOKS: lambda e, n, o, a: add_webhook(e, CITY, "https://8.8.8.8/", (), a),
}
OF_PAGES = {Act.READ, Act.EDIT, Act.READ_FIGURES}
"""Acts that have no action: what they open are pages."""


def test_every_act_is_walked() -> None:
    assert set(CASE_ACTS) | set(OTHER_ACTS) | OF_PAGES == set(Act)


@pytest.fixture
def cases(report: Any, environment: Environment) -> tuple[str, str]:
    """Two cases: one open, one closed."""
    number, closed = report(), report()
    progress(environment, CaseRef(CITY, closed), COMMAND, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."))
    return number, closed


OUTSIDE = "pgw"


@pytest.mark.parametrize("role", Role)
def test_every_act_is_allowed_as_the_matrix_says_and_noted(
    environment: Environment, city: Connection, staff: Staff, cases: tuple[str, str], role: Role
) -> None:
    key = staff(role)
    for act, do in {**CASE_ACTS, **OTHER_ACTS}.items():
        before = log(city)
        tried = city.begin_nested()
        try:
            do(environment, *cases, Actor("staff", account=key, grants=(Grant(role),)))
            noted = [(who, what) for who, what, _ in log(city)[len(before) :]]
            assert act in MATRIX[role]
            assert set(noted) == {(key, str(act))}
        except NotAllowed:
            assert act not in MATRIX[role], act
            assert log(city) == before
        finally:
            tried.rollback()


@pytest.mark.parametrize("act", CASE_ACTS)
def test_no_act_reaches_beyond_its_grant(
    environment: Environment, city: Connection, staff: Staff, cases: tuple[str, str], act: Act
) -> None:
    key = staff(Role.ADMINISTRATOR)
    for scope in ({"department": "parks-recreation"}, {"service": "SR-ST02"}, {"boundary": "ward:999"}):
        actor = Actor("staff", account=key, grants=(Grant(Role.ADMINISTRATOR, **scope),))
        with pytest.raises(NotAllowed):
            CASE_ACTS[act](environment, *cases, actor)


def test_a_grant_for_a_ward_reaches_what_lies_there_also_where_it_is_not_public(
    environment: Environment, city: Connection, cases: tuple[str, str], staff: Staff
) -> None:
    number, _ = cases
    (ward,) = boundaries_at(CITY, Point(float(PLACE["long"]), float(PLACE["lat"])))
    actor = Actor("staff", account=staff(Role.SUPERVISOR), grants=(Grant(Role.SUPERVISOR, boundary=ward),))
    set_visibility(environment, CaseRef(CITY, number), actor, True)
    annotate(environment, CaseRef(CITY, number), actor, "Hidden, and still theirs")


def test_deciding_a_dispute_takes_more_than_closing(
    environment: Environment, cases: tuple[str, str], staff: Staff
) -> None:
    _, closed = cases
    progress(environment, CaseRef(CITY, closed), Actor("reporter"), Change(Status.DISPUTED))
    for role, allowed in ((Role.DEPARTMENT_WORKER, False), (Role.SUPERVISOR, True)):
        actor = Actor("staff", account=staff(role, f"{role}@x.example"), grants=(Grant(role),))

        def confirm(actor: Actor = actor) -> None:
            progress(
                environment,
                CaseRef(CITY, closed),
                actor,
                Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="It is fixed."),
            )

        if allowed:
            confirm()
        else:
            with pytest.raises(NotAllowed):
                confirm()


def test_what_clients_and_jobs_do_is_in_the_history_and_not_in_the_audit_log(
    environment: Environment, city: Connection, cases: tuple[str, str]
) -> None:
    before = log(city)
    for name in ("client", "system", "reporter"):
        comment(environment, CaseRef(CITY, cases[0]), Actor(name), Change(text="From elsewhere"))
    assert log(city) == before


def test_what_is_done_at_the_command_line_is_noted_without_account_and_name(
    environment: Environment, city: Connection, cases: tuple[str, str]
) -> None:
    annotate(environment, CaseRef(CITY, cases[0]), Actor("staff:root"), "By hand")
    assert log(city)[-1] == (None, "note", f"service_request:{cases[0]}")


def test_managing_accounts_takes_the_act_in_every_way(environment: Environment, staff: Staff, city: Connection) -> None:
    key = staff(Role.SUPERVISOR)
    actor = Actor("staff", account=key, grants=(Grant(Role.SUPERVISOR),))
    grant = city.execute(text("SELECT key FROM role_grant")).scalar_one()
    for do in (
        lambda: grant_role(environment, "me@x.example", Grant(Role.ADMINISTRATOR), actor, "Me"),
        lambda: revoke_grant(grant, actor),
        lambda: set_active(key, False, actor),
    ):
        with pytest.raises(NotAllowed):
            do()
    assert city.execute(text("SELECT count(*) FROM account WHERE active")).scalar_one() == 1


def test_all_roles_of_staff_can_be_granted(staff: Staff) -> None:
    for role in STAFF:
        staff(role)


@pytest.mark.parametrize("path", ["/admin/users/{}/disable", "/admin/grants/{}/revoke", "/account/sessions/{}/end"])
def test_a_number_too_large_for_a_key_is_no_address(signed_in: Callable[..., Browser], path: str) -> None:
    assert visit(signed_in(Role.ADMINISTRATOR), path.format(2**63), "POST") == 404
