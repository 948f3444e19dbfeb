"""GET services and GET services/{service_code}."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from open311.api.answer_cache import CacheMark
from open311.api.call import Call
from open311.api.endpoint import Reply, endpoint
from open311.domain.definition import Attribute, Service
from open311.domain.errors import UnknownService
from open311.wire.documents import ServiceDefinitionDocument, ServiceDocument

blueprint = Blueprint("services", __name__)


@blueprint.get("/services<suffix:suffix>")
@endpoint(ServiceDocument)
def list_services(call: Call) -> Reply:
    """Every kind of report that can be filed now; never a part of the list (GeoReport v2, GET Service List)."""
    services = call.jurisdiction.services.values()
    return Reply([_row(service) for service in services if not service.retired], cache=CacheMark(call.jurisdiction.key))


@blueprint.get("/services/<name:service_code><suffix:suffix>")
@endpoint(ServiceDefinitionDocument)
def service_definition(call: Call, service_code: str) -> Reply:
    """The questions of one service; retired ones still answer, for the requests that were filed under them."""
    service = call.jurisdiction.services.get(service_code)
    if service is None:
        raise UnknownService(f"service_code {service_code!r} is not a service of {call.jurisdiction.name}")
    row = {"service_code": service_code, "attributes": [_question(each) for each in service.attributes]}
    return Reply([row], cache=CacheMark(call.jurisdiction.key))


def _row(service: Service) -> dict[str, Any]:
    return {
        "service_code": service.service_code,
        "service_name": service.service_name,
        "description": service.description,
        "metadata": service.metadata,
        "type": str(service.type),
        "keywords": ", ".join(service.keywords),
        "group": service.group,
    }


def _question(attribute: Attribute) -> dict[str, Any]:
    return {
        "variable": attribute.variable,
        "code": attribute.code,
        "datatype": str(attribute.datatype),
        "required": attribute.required,
        "datatype_description": attribute.datatype_description,
        "order": attribute.order,
        "description": attribute.description,
        "values": [{"key": option.key, "name": option.name} for option in attribute.values] or None,
    }
