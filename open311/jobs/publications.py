"""Jobs that render publications anew."""

from __future__ import annotations

import logging
from dataclasses import replace

from open311.actions.base.environment import Environment
from open311.actions.publications.republish import republish
from open311.catalog.read import read_city
from open311.jobs.registry import job

_LOG = logging.getLogger(__name__)


@job("republish_service")
def republish_service(environment: Environment, jurisdiction: str, service_code: str) -> None:
    """Render the publications of a service anew, by the city's files as they are now."""
    # The job exists because the files changed, perhaps since this worker read them.
    fresh = replace(environment, city=read_city(environment.city.directory))
    for done in republish(fresh, jurisdiction, service_code):
        _LOG.info("%s %s: %s publications made anew", jurisdiction, service_code, done)
