"""Open311 GeoReport v2 over HTTP: at each endpoint of ``config/city.yaml``, with discovery at the host's root too."""

from __future__ import annotations

from inspect import unwrap

from flask import Flask

from open311.api.fast_reads import FastRead
from open311.catalog.city import City
from open311.entrypoints.georeport import (
    boundaries,
    discovery,
    docs,
    failures,
    media,
    service_requests,
    services,
    tokens,
    updates,
)
from open311.wire.documents import ServiceRequestDocument


def register(app: Flask, city: City) -> None:
    """Serve every endpoint of the city."""
    for number, base in enumerate(city.endpoints):
        for module in (discovery, services, service_requests, tokens, updates, boundaries):
            app.register_blueprint(
                module.blueprint,
                name=f"{module.blueprint.name}_{number}",
                url_prefix=base.path,
                url_defaults={"base": base},
            )
    first = {"base": city.endpoints[0]}
    app.register_blueprint(discovery.blueprint, name="discovery_root", url_defaults=first)
    app.register_blueprint(media.blueprint, url_defaults=first)
    app.register_blueprint(docs.blueprint)
    failures.register(app)


def fast_reads(city: City) -> tuple[dict[str, FastRead], dict[str, FastRead]]:
    """The reads that ``api/fast_reads`` serves at every endpoint: the list of service requests, and one of them."""
    listed, one = unwrap(service_requests.list_service_requests), unwrap(service_requests.one_service_request)
    paths = {f"{base.path}/requests": base for base in city.endpoints}
    return (
        {path: FastRead(base, listed, ServiceRequestDocument) for path, base in paths.items()},
        {path: FastRead(base, one, ServiceRequestDocument, "service_request_id") for path, base in paths.items()},
    )
