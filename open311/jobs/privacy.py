"""Jobs that forget personal data whose time has passed."""

from __future__ import annotations

import logging

from open311.actions.base.actor import SYSTEM
from open311.actions.base.environment import Environment
from open311.actions.privacy.retention import run_retention
from open311.jobs.registry import job

_LOG = logging.getLogger(__name__)


@job("forget", every="17 3 * * *")
def forget(environment: Environment) -> None:
    """Forget what ``config/privacy.yaml`` says is no longer needed."""
    for swept in run_retention(environment, SYSTEM):
        _LOG.info("%s: %s forgotten", swept.span, swept.count)
