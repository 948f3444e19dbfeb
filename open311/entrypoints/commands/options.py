"""Options and error handling that several commands share."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.errors import Refusal


def _known(_: click.Context, __: click.Parameter, key: str | None) -> Jurisdiction | None:
    """Return the jurisdiction that an option names, if any."""
    known = current_environment().city.jurisdictions
    if key is not None and key not in known:
        raise click.BadParameter(f"no jurisdiction {key!r}; there are {', '.join(known)}")
    return known[key] if key is not None else None


def _known_or_first(context: click.Context, parameter: click.Parameter, key: str | None) -> Jurisdiction:
    """Return the jurisdiction that an option names, or the city's first."""
    return _known(context, parameter, key) or current_environment().city.first


def jurisdiction_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--jurisdiction KEY``; it is the city's first jurisdiction by default."""
    text = "Key of a jurisdiction in config/city.yaml; default: the first."
    return click.option("--jurisdiction", callback=_known_or_first, help=text)(command)


def only_jurisdiction_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--jurisdiction KEY``, which limits a command to one jurisdiction; None (all) by default."""
    text = "Key of a jurisdiction in config/city.yaml; default: all of them."
    return click.option("--jurisdiction", callback=_known, help=text)(command)


def numbered(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument NUMBER, of a service request, and the option ``--jurisdiction`` that it belongs to."""
    return click.argument("number")(jurisdiction_option(command))


def ref(number: str, jurisdiction: Jurisdiction) -> CaseRef:
    """Return the reference of the service request that a command names, at any version."""
    return CaseRef(jurisdiction.key, number)


def _actor(_: click.Context, __: click.Parameter, login: str | None) -> Actor:
    try:
        return Actor(f"staff:{login or getpass.getuser()}")
    except (KeyError, OSError):  # a container's user may have no name
        raise click.BadParameter("you have no login name here; say who does it") from None


by_option = click.option(
    "--by", "actor", metavar="LOGIN", callback=_actor, help="Who does it; default: your login name."
)


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """Turn a refusal inside the ``with`` block into a command-line error that says why, without a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
