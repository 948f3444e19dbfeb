"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from open311.api.installation import installation
from open311.catalog.city import Jurisdiction
from open311.domain.errors import Refusal


def _jurisdiction(_: click.Context, __: click.Parameter, key: str | None) -> Jurisdiction:
    """The jurisdiction of this key, or the first one of the city."""
    known = installation().environment.city.jurisdictions
    if key is None:
        return next(iter(known.values()))
    if key not in known:
        raise click.BadParameter(f"no jurisdiction {key!r}; there are {', '.join(known)}")
    return known[key]


def jurisdiction_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--jurisdiction KEY``, the city's first by default."""
    return click.option(
        "--jurisdiction", callback=_jurisdiction, help="Key of a jurisdiction in config/city.yaml; default: the first."
    )(command)


@contextmanager
def refusals_told() -> Iterator[None]:
    """Tell the person at the command line why something was refused, without a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
