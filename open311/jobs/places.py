"""Jobs about boundaries."""

from __future__ import annotations

import logging

from open311.actions.base.environment import Environment
from open311.actions.places.follow_vintages import follow_vintages
from open311.jobs.registry import job

_LOG = logging.getLogger(__name__)


# Midnight of every time zone falls on a quarter of an hour.
@job("follow_vintages", every="*/15 * * * *")
def vintages(environment: Environment) -> None:
    """Notice that another vintage of a layer is in force, because a day began or it was loaded."""
    for layer in follow_vintages(environment):
        _LOG.info("%s: another vintage is in force", layer)
