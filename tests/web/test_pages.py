"""Pages say what they take; one that does not is no page."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint, Flask

from open311.actions.base.environment import Environment
from open311.app import create_app
from open311.domain.roles import Act
from open311.entrypoints import portal
from open311.settings import Settings
from open311.web import language
from open311.web.catalogues import PACKAGE
from open311.web.gate import Door, declared
from open311.web.pages import Pages, UndeclaredPage, check_declared
from open311.web.shell import page

TEMPLATES = PACKAGE / "web" / "templates"


def view() -> str:
    return "seen"


@pytest.fixture
def undeclared() -> Blueprint:
    blueprint = Blueprint("careless", __name__)
    blueprint.add_url_rule("/careless", "page", view)
    return blueprint


def test_a_page_without_an_act_cannot_be_written() -> None:
    with pytest.raises(UndeclaredPage, match=r"rooms\.view \(/rooms\) does not say"):
        Pages("rooms", __name__).get("/rooms")(view)


def test_a_blueprint_that_is_none_of_pages_does_not_start(undeclared: Blueprint) -> None:
    app = Flask("house")
    app.register_blueprint(undeclared)
    with pytest.raises(UndeclaredPage, match=r"careless\.page"):
        check_declared(app, apart_from={"static"})


def test_the_application_does_not_start_with_a_page_that_declares_nothing(
    undeclared: Blueprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "register", lambda app: app.register_blueprint(undeclared))
    with pytest.raises(UndeclaredPage, match=r"careless\.page"):
        create_app(Settings(database_url="postgresql+psycopg://nowhere/none", media_dir=tmp_path))


def test_two_routes_of_a_view_declare_the_same() -> None:
    pages = Pages("rooms", __name__)
    pages.add_url_rule("/one", "view", view, access=Act.READ)
    pages.add_url_rule("/two", "view", view, access=Act.MERGE)
    with pytest.raises(UndeclaredPage, match="twice: read, merge"):
        Flask("house").register_blueprint(pages)


def test_what_is_declared_stands_under_the_endpoint() -> None:
    app, pages = Flask("house"), Pages("rooms", __name__)
    pages.get("/one", access=Door.PUBLIC)(view)
    app.register_blueprint(pages)
    assert declared(app) == {"rooms.view": Door.PUBLIC}


@pytest.mark.parametrize(("indexed", "hidden"), [(True, False), (False, True)])
def test_an_entrypoint_says_whether_search_engines_may_list_its_pages(
    environment: Environment, indexed: bool, hidden: bool
) -> None:
    app, pages = Flask("house"), Pages("rooms", __name__, indexed=indexed, template_folder=str(TEMPLATES))
    app.extensions["open311"] = environment
    language.register(app)
    app.add_url_rule("/web/<stamp>/<path:filename>", "web.static", view)
    pages.get("/room", access=Door.PUBLIC)(lambda: page("web/failure.html", title="A room", reason="It is open"))
    app.register_blueprint(pages)
    assert ('<meta name="robots" content="noindex">' in app.test_client().get("/room").text) is hidden
