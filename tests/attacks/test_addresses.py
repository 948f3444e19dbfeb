"""Addresses that nobody should ask for: answered or refused, never a failure, a broken header or a forged log."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

import open311
from open311.api.arguments import PARAMETERS
from open311.domain.roles import Role
from tests.accounts.conftest import HOME, PASSWORD, STAFF, Browser
from tests.accounts.conftest import browser as browser
from tests.accounts.conftest import open_browser as open_browser
from tests.accounts.conftest import signed_in as signed_in
from tests.accounts.conftest import staff as staff

pytestmark = pytest.mark.slow

NAMES = [
    "x%0d%0aLocation:%20https://evil.example", "x%00", "%0a", "%0d", "x%7f", "x%1b[31m", "x%09y", "%85", "%e2%80%a8",
    "%C0%AF", "%ED%A0%80", "%FF%FE", "%F0%9F%8E%A8", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2f", "a%2fb", "%5c",
    "//evil.example", ".", "%20", "'", "%22%3E", "{{7*7}}", "%25", "%2525", "nan", "1e309", "-1", "0",
    "9" * 40, "9" * 18, "x" * 3000, "ward:5", "ward@x:y", "service:SR-ST02", "%EF%BC%91", "%D9%A3",
]  # fmt: skip
"""Parts of a path, written as a client sends them."""
VALUES = [
    "%00", "x%0d%0aSet-Cookie:%20a=b", "%0a", "%1b", "%C0%AF", "%ED%A0%80", "%FF", "%F0%9F%8E%A8", "", "%20", ",", ",,",
    "90,0", "-90,0", "90,180", "0,180", "0,-180", "89.9,179.9", "91,181", "nan,nan", "inf,-inf", "1e309,1e309",
    "nan", "inf", "-inf", "1e309", "-1", "0", "1", "99", "1.5", "9" * 30, "-" + "9" * 30, "0x10", "1_0", "%D9%A3",
    "%0A".join(["90,0", "-90,180", "0,0"]), "9999-12-31", "0001-01-01", "ward:", "ward:%00", "//evil.example", "https://evil.example",
    "javascript:alert(1)", "x" * 3000, "true", "none", "me", "a[]=1", "%5B%5D", "{", "%22", "'",
]  # fmt: skip
"""Values of parameters."""
PARENT = Path(open311.__file__).parent


def asked_for() -> set[str]:
    """The names of parameters and fields that any view asks for, as they stand in the code."""
    found = set(PARAMETERS)
    for path in [
        *(PARENT / "entrypoints").rglob("*.py"),
        *(PARENT / "api").rglob("*.py"),
        *(PARENT / "web").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                first = node.args[0]
                known = (
                    "get",
                    "getlist",
                    "line",
                    "text",
                    "key",
                    "choice",
                    "day",
                    "check",
                    "email",
                    "secret",
                    "parameter",
                )
                if name in known and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return {name for name in found | {"map.x", "map.y"} if re.fullmatch(r"[a-z_.]+", name)}


PARAMETER_NAMES = sorted(asked_for())


def paths(rule: Rule) -> Iterator[str]:
    """A route with a hostile name in each place in turn."""
    arguments = re.findall(r"<(?:[^<>:]+:)?([^<>]+)>", rule.rule)
    for name in NAMES if arguments else ():
        for taken in arguments:
            yield re.sub(
                r"<(?:([^<>:]+):)?([^<>]+)>",
                lambda found, taken=taken, name=name: (
                    name if found[2] == taken and found[1] != "suffix" else _plain(found[1])
                ),  # type: ignore[misc]
                rule.rule,
            )


def _plain(converter: str | None) -> str:
    return ".json" if converter == "suffix" else "1"


def check(app: Flask, answer: Any, asked: str) -> None:
    """What every answer must be."""
    assert answer.status_code < 500, asked
    for name, value in answer.headers:
        assert not re.search(r"[\x00-\x1f\x7f]", name + value), (asked, name, value)
        if name == "Location":
            assert re.match(rf"(?:{HOME})?/(?!/)", value), (asked, value)


def ask(client: FlaskClient, path: str, method: str = "GET", **how: Any) -> Any:
    return client.open(path, method=method, base_url=HOME, **how)


def each_rule(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ("own.sign_out",)]


def test_the_names_that_views_ask_for_are_found() -> None:
    assert {"at", "zoom", "map.x", "area", "metres", "bbox", "page", "q", "list", "next"} & set(PARAMETER_NAMES) > {
        "at",
        "zoom",
    }


@pytest.mark.slow
def test_no_name_in_an_address_breaks_the_server_for_anybody(app: Flask, browser: Browser, signed_in: Any) -> None:
    clients = [browser.client, signed_in(Role.ADMINISTRATOR).client]
    for rule in each_rule(app):
        for path in paths(rule):
            for client in clients:
                check(app, ask(client, path), path)


@pytest.mark.slow
def test_no_value_of_a_parameter_breaks_the_server_for_anybody(app: Flask, browser: Browser, signed_in: Any) -> None:
    clients = [browser.client, signed_in(Role.ADMINISTRATOR).client]
    for rule in each_rule(app):
        if "GET" not in (rule.methods or ()):
            continue
        path = re.sub(r"<(?:([^<>:]+):)?([^<>]+)>", lambda found: _plain(found[1]), rule.rule)
        for value in VALUES:
            query = "&".join(
                f"{name}={value}" for name in PARAMETER_NAMES if name not in ("api_key", "jurisdiction_id")
            )
            for client in clients:
                check(app, ask(client, f"{path}?{query}"), f"{path}?...={value}")


@pytest.mark.parametrize("path", ["/follow/place", "/follow/area", "/follow/map.svg"])
@pytest.mark.parametrize(
    "at", ["90,0", "-90,0", "85,179.9", "0,180", "0,-180", "90,180", "39.95,-75.16", "nan,0", "1e309,0", ""]
)
@pytest.mark.parametrize("zoom", ["0", "8", "9", "-1", "99", "1e309", "nan"])
def test_a_map_can_be_clicked_anywhere_on_the_globe(browser: Browser, path: str, at: str, zoom: str) -> None:
    for x, y in (("1", "1"), ("287", "287"), ("288", "0"), ("0", "288"), ("9999", "9999"), ("nan", "1"), ("-1", "-1")):
        query = f"at={at}&zoom={zoom}&map.x={x}&map.y={y}&lat=90&long=180&metres=5000&area=90,0%0A-90,180%0A0,-180"
        assert ask(browser.client, f"{path}?{query}").status_code == 200, query


@pytest.mark.parametrize("place", [("90", "0"), ("-90", "0"), ("0", "180"), ("89.99", "179.99"), ("39.95", "-75.16")])
def test_a_circle_anywhere_on_the_globe_is_followed_or_refused(browser: Browser, place: tuple[str, str]) -> None:
    form = {
        "lat": place[0],
        "long": place[1],
        "metres": "5000",
        "email": "ann@mail.example",
        "address": "ann@mail.example",
    }
    assert ask(browser.client, "/follow/place", "POST", data=form, headers={"Origin": HOME}).status_code < 500


@pytest.mark.parametrize(
    "name", ["x%0d%0aLocation:%20https://evil.example", "%0a", "x%00", "%C0%AF", "a b", "é", "x" * 6000]
)
@pytest.mark.parametrize("query", ["", "?q=%0d%0aa", "?next=//evil.example", "?q=é"])
def test_an_address_opened_while_signed_out_does_not_spoil_the_sign_in(
    browser: Browser, staff: Any, name: str, query: str
) -> None:
    staff(Role.AUDITOR)
    ask(browser.client, f"/staff/r/{name}{query}")
    browser.sign_in(STAFF, PASSWORD)
    assert browser.page.status_code < 500
    assert browser.page.request.host == "311.example.org"
    check(browser.client.application, browser.page, name)


def test_no_line_of_the_log_is_forged(
    app: Flask, browser: Browser, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("broken on purpose")

    for endpoint in ("media.photo", "links.follow_start", "console.case"):
        if endpoint in app.view_functions:
            monkeypatch.setitem(app.view_functions, endpoint, broken)
    with caplog.at_level(logging.DEBUG):
        for name in ("x%0a1970-01-01 INFO forged", "x%0dforged", "x%1b[2J", "x%00"):
            ask(browser.client, f"/media/{name}")
    assert any("broken on purpose" in str(each.exc_info) for each in caplog.records)
    assert not any(re.search(r"[\x00-\x1f\x7f]", each.getMessage()) for each in caplog.records)


@pytest.mark.parametrize(
    "cookie", ["", "x", "a.b.c", "%00", "é", "eyJ0b2tlbiI6MX0.AAAA.BBBB", ".eJwA", "x" * 4000, "\\", '"', "=;=;"]
)
@pytest.mark.parametrize("name", ["__Host-open311", "open311"])
def test_a_cookie_of_garbage_is_no_session(app: Flask, city: Any, name: str, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    for path in ("/staff", "/", "/account", "/signin/staff", "/follow"):
        answer = client.get(
            path,
            base_url=HOME,
            headers={
                "Cookie": f"{name}={quote(cookie, safe='=;.')}; {name}={cookie.encode('ascii', 'replace').decode()}"
            },
        )
        check(app, answer, path)
        assert path != "/staff" or answer.status_code in (200, 303)
