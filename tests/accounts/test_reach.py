"""What another department's cases hold is found on no page, picture, count or letter, however they are related."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.assign import assign
from open311.actions.cases.progress import annotate, progress, set_visibility
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.actions.publications.publish import publish
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import NotAllowed
from open311.domain.lifecycle import Outcome, Status
from open311.domain.roles import MATRIX, Act, Grant, Role
from open311.queries.cases.case_list import SORTS
from open311.queries.cases.queues import Queue
from open311.web.gate import declared
from tests.accounts.conftest import COMMAND, HOME, Browser
from tests.accounts.test_access import FIELDS

pytestmark = pytest.mark.slow

CITY, MINE, THEIRS = "phila.gov", "clip", "parks-recreation"
SECRETS = ("zanzibar", "Hidden Row", "geheim@example.org", "Geheimrat", "Gehege")
"""Words of the description, the address, the reporter's address and name, and the staff's note."""
_THEIR_PHOTOS = text(
    """
    SELECT m.key, m.file, m.thumbnail, r.key FROM media m JOIN service_request r ON r.key = m.service_request
    WHERE r.department = :theirs
    """
)
READERS = [role for role in Role if Act.READ in MATRIX[role]]


def photo(color: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (120, 90), color).save(written, "jpeg")
    return written.getvalue()


@dataclass
class Planted:
    """Cases of one's own department, and what another one has that is related to them in every way."""

    mine: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    photos: list[int] = field(default_factory=list)


@pytest.fixture(params=["public", "private"])
def planted(request: Any, report: Any, environment: Environment, city: Connection) -> Planted:
    """Duplicates both ways, wholes and parts, neighbors open and closed, and other cases of the same person."""
    found, private = Planted(), request.param == "private"

    def own() -> str:
        found.mine.append(report(email="geheim@example.org"))
        return found.mine[-1]

    def other(**fields: str) -> str:
        said = {"description": "zanzibar by the wall", "address_string": "13 Hidden Row", "first_name": "Geheimrat"}
        number: str = report(
            email="geheim@example.org", media=(io.BytesIO(photo("yellow")), "a.jpg"), **{**said, **fields}
        )
        annotate(environment, CaseRef(CITY, number), COMMAND, "The Gehege is locked")
        found.theirs.append(number)
        return number

    def ref(number: str) -> CaseRef:
        return CaseRef(CITY, number)

    own(), other()  # near each other, of one kind
    merge(environment, ref(other()), COMMAND, own())
    merge(environment, ref(own()), COMMAND, other())
    shares = {"address_string": "15 Known Row", "first_name": "Ann"}  # with its part, which is one's own
    split(environment, ref(other(**shares)), COMMAND, [Part("SR-CL02", "The other half")])
    whole = own()
    (part,) = split(environment, ref(whole), COMMAND, [Part("SR-ST02", "zanzibar in part")])
    found.theirs.append(str(part))
    closed = other()
    for number in found.theirs:
        assign(environment, ref(number), COMMAND, department=THEIRS, reason="It is on a tree")
    done = Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done.")
    progress(environment, ref(closed), COMMAND, done)
    if private:
        for number in found.theirs:
            set_visibility(environment, ref(number), COMMAND, True)
    city.execute(text("UPDATE subscription SET confirmed_at = now()"))
    rows = city.execute(_THEIR_PHOTOS, {"theirs": THEIRS}).all()
    for key, file, thumbnail, case in rows:
        city.execute(text("UPDATE media SET moderation = 'pending' WHERE key = :key"), {"key": key})
        publish(environment, [case])
        found.photos.append(key)
        found.files += [file, thumbnail]
    assert len(found.files) > 6
    return found


def told(answer: Any) -> list[str]:
    """Which secrets an answer holds."""
    body = answer.get_data()
    if "image" in answer.content_type:
        return ["a photo"] if b"JFIF" in body[:32] else []
    return [secret for secret in SECRETS if secret.encode() in body]


def addresses(app: Flask, planted: Planted) -> set[tuple[str, str]]:
    """Every page that takes an act, for one's own cases and for theirs, with the numbers and names that theirs have."""
    made = set()
    for rule in app.url_map.iter_rules():
        if declared(app).get(rule.endpoint) not in set(Act):
            continue
        for number in (*planted.mine, *planted.theirs):
            for name in planted.files if "<name>" in rule.rule else [""]:
                for key in planted.photos if "<key:key>" in rule.rule else [0]:
                    path = rule.rule.replace("<number:number>", number).replace("<name>", name)
                    path = re.sub(r"<[^>]+>", "0", path.replace("<key:key>", str(key)))
                    made |= {(method, path) for method in rule.methods & {"GET", "POST"}}
    return made


def lists(planted: Planted) -> list[str]:
    """Lists by every queue, order and search, also those that begin after a case of theirs."""
    of_theirs = planted.theirs[0]
    return [
        *(f"/staff?queue={queue}" for queue in Queue),
        *(f"/staff?queue=everything&q={quote(word)}" for word in (*SECRETS, *planted.theirs)),
        *(f"/staff?queue=everything&sort={sort}&after={of_theirs}" for sort in SORTS),
        *(f"/staff/next?queue={queue}&after={of_theirs}" for queue in Queue),
    ]


def forms(planted: Planted, token: str) -> list[dict[str, Any]]:
    """What somebody sends who knows every number of theirs."""
    plain = dict.fromkeys(FIELDS, "x") | {"csrf": token, "newest": "0", "version": "1"}
    step = {"status": "closed", "outcome": "resolved", "text": "Done", "do": "preview", "csrf": token}
    return [
        plain | {"do": "preview", "number": planted.theirs},
        step,
        step | {"number": planted.theirs, "act": "note", "note": "y"},
        {"do": "preview", "number": planted.theirs[0], "csrf": token},
        {"do": "preview", "number": planted.mine[0], "csrf": token},
        {"do": "preview", "text": "Which wall?", "csrf": token},
        {"do": "preview", "department": "pgw", "csrf": token},
    ]


@pytest.mark.parametrize("role", READERS)
def test_what_another_department_has_is_on_no_page_picture_or_letter(
    app: Flask, planted: Planted, signed_in: Callable[..., Browser], role: Role
) -> None:
    browser = signed_in(role, department=MINE)
    (token, *_) = re.findall(r'name="csrf" value="([^"]+)"', browser.text)
    seen = {}
    calls: list[tuple[str, str, Any]] = [("GET", path, None) for path in lists(planted)]
    for method, path in sorted(addresses(app, planted)):
        theirs = any(f"/{number}" in path for number in planted.theirs)  # refused whatever is sent
        sent = forms(planted, token)[: 1 if theirs else None] if method == "POST" else [None]
        calls += [(method, path, form) for form in sent]
    opened = 0
    for method, path, form in calls:
        answer = browser.client.open(path, method=method, base_url=HOME, data=form)
        opened += answer.status_code == 200
        leaks = told(answer)
        if path.endswith("/contact") and any(f"/{number}/" in path for number in planted.mine):
            leaks = [leak for leak in leaks if leak != "geheim@example.org"]  # the reporter of one's own case
        if path.startswith("/staff?"):
            leaks = [leak for leak in leaks if f"q={quote(leak)}" not in path]  # what was typed
        if leaks:
            seen[method, path] = leaks
    assert opened > 20
    assert not seen


def counts(browser: Browser) -> dict[str, str]:
    """What stands beside each queue."""
    browser.get("/staff")
    return dict(re.findall(r'queue=(\w+)"[^>]*>\s*<span>[^<]*</span> <span[^>]*>(\d+)</span>', browser.text))


@pytest.mark.parametrize("scope", [{}, {"service": "SR-CL01"}])
def test_no_count_moves_by_what_another_department_has(
    environment: Environment, report: Any, signed_in: Callable[..., Browser], scope: dict[str, str]
) -> None:
    browser = signed_in(Role.SUPERVISOR, department=MINE, **scope)
    theirs = report()
    assign(environment, CaseRef(CITY, theirs), COMMAND, department=THEIRS, reason="It is on a tree")
    assert set(counts(browser).values()) == {"0"}
    report()
    assert (counts(browser)["open"], counts(browser)["duplicates"]) == ("1", "0")
    report()
    assert (counts(browser)["open"], counts(browser)["duplicates"]) == ("2", "1")


def test_a_page_of_the_list_begins_after_no_case_that_may_not_be_read(
    environment: Environment, report: Any, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in(Role.AGENT, department=MINE)
    for street in ("1 A St", "3 C St"):
        report(address_string=street)
    theirs = report(address_string="2 B St")
    assign(environment, CaseRef(CITY, theirs), COMMAND, department=THEIRS, reason="It is on a tree")
    browser.get(f"/staff?sort=where&after={theirs}")
    assert "1 A St" not in browser.text
    assert "3 C St" not in browser.text


def test_what_another_case_follows_may_not_be_read_by_merging(
    environment: Environment, report: Any, staff: Any
) -> None:
    mine, follows, top = report(), report(), report(description="zanzibar")
    assign(environment, CaseRef(CITY, top), COMMAND, department=THEIRS, reason="It is on a tree")
    merge(environment, CaseRef(CITY, follows), COMMAND, top)
    actor = Actor("staff", account=staff(), grants=(Grant(Role.SUPERVISOR, department=MINE),))
    with pytest.raises(NotAllowed):
        merge(environment, CaseRef(CITY, mine), actor, follows)
