"""Pages: views that declare what it takes to open them. A page that declares nothing does not start."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from open311.web import failures, kept
from open311.web.gate import Access, declared, pass_gate
from open311.web.headers import add_headers
from open311.web.shell import shell


class UndeclaredPage(Exception):
    """A view without declared access: it would be open to everybody by mistake. Raised when the application starts."""


class Pages(Blueprint):
    """A blueprint of pages. Each of its routes declares its access, and the gate asks for that on every request::

        blueprint = Pages("console", __name__, url_prefix="/staff")

        @blueprint.route("/r/<number:number>/merge", methods=["GET", "POST"], access=Act.MERGE)
        def merge(number: str) -> Response: ...

    Headers, error pages and the shell around every page come with it.

    :param indexed: whether search engines may list these pages.
    """

    def __init__(self, name: str, import_name: str, *, indexed: bool = False, **options: Any) -> None:
        super().__init__(name, import_name, **{"template_folder": "templates", **options})
        self.before_request(pass_gate)
        self.after_request(add_headers)
        self.context_processor(shell)
        self.context_processor(lambda: {"indexed": indexed})
        failures.register(self)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        *,
        access: Access | None = None,
        shown_on: str = "",
        **options: Any,
    ) -> None:
        """Add a page, as Flask does; ``access`` is required.

        ``shown_on`` is the page with the form or button that is sent to an address that is no page itself: people are
        led there where it cannot be taken (``web/kept``).

        :raises UndeclaredPage: when a route declares no access, or two routes of one view declare different ones.
        """
        name = str(endpoint or getattr(view_func, "__name__", rule))
        if access is None:
            raise UndeclaredPage(f"{self.name}.{name} ({rule}) does not say which act it takes")
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)
        self.record(lambda state: _declare(state, name, access, shown_on))


def _declare(state: BlueprintSetupState, name: str, access: Access, shown_on: str) -> None:
    endpoint = f"{state.name_prefix}.{state.name}.{name}".lstrip(".")
    if shown_on:
        kept.shown_on(state.app, endpoint, shown_on)
    if (before := declared(state.app).setdefault(endpoint, access)) is not access:
        raise UndeclaredPage(f"{endpoint} is declared twice: {before}, {access}")


def check_declared(app: Flask, apart_from: Collection[str]) -> None:
    """Check that every view has declared access, apart from the API's endpoints.

    :raises UndeclaredPage: when one has not.
    """
    open_to_all = sorted(set(app.view_functions) - set(declared(app)) - set(apart_from))
    if open_to_all:
        raise UndeclaredPage(f"these pages do not say which act they take: {', '.join(open_to_all)}")
