"""The documents of GeoReport v2, of its extensions in use, and of Service Discovery: fields, order and names.

Source: GeoReport v2 (wiki.open311.org/GeoReport_v2) and Service Discovery. Where they are silent, documents have what
clients in use can read (docs/adr/0005-georeport-choices.md).
"""

from __future__ import annotations

from open311.wire.document import Degrees, Document, Flag, Many, Moment, Number, One, Text, Words


class ErrorDocument(Document):
    """What went wrong: the HTTP status, and a sentence for the person who asked."""

    plural, singular = "errors", "error"
    code = Number()
    description = Text(known=True)


class ServiceDocument(Document):
    """A kind of report that can be filed (GET Service List)."""

    plural, singular = "services", "service"
    service_code = Text()
    service_name = Text()
    description = Text(known=True)
    metadata = Flag()
    type = Text()
    keywords = Text(known=True)
    group = Text(known=True)


class ValueDocument(Document):
    """One value to choose from."""

    singular = "value"
    key = Text(known=True)
    name = Text(known=True)


class AttributeDocument(Document):
    """A question of a service definition."""

    plural, singular = "attributes", "attribute"
    variable = Flag()
    code = Text()
    datatype = Text()
    required = Flag()
    datatype_description = Text(known=True)
    order = Number()
    description = Text(known=True)
    values = Many(ValueDocument, optional=True)


class ServiceDefinitionDocument(Document):
    """The questions that a service asks (GET Service Definition); an object, not a list."""

    singular, alone = "service_definition", True
    service_code = Text()
    attributes = Many(AttributeDocument)


class ServiceRequestDocument(Document):
    """A service request as everybody may see it (GET Service Requests)."""

    plural, singular = "service_requests", "request"
    service_request_id = Text()
    status = Text()
    status_notes = Text()
    service_name = Text()
    service_code = Text()
    description = Text()
    agency_responsible = Text()
    service_notice = Text()
    requested_datetime = Moment()
    updated_datetime = Moment()
    expected_datetime = Moment(optional=True)
    address = Text()
    address_id = Text()
    zipcode = Text()
    lat = Degrees()
    long = Degrees()
    media_url = Text()


class AnswerDocument(Document):
    """A public answer; one element for each value. The names are those of GeoReport v2's page of extensions.

    ``label`` is the question as it was asked and ``name`` its code in the definition; ``value`` is what was chosen, in
    words, and ``code`` its key.
    """

    singular = "attribute"
    label = Text(known=True)
    name = Text()
    value = Text(known=True)
    code = Text(known=True)


class NoteDocument(Document):
    """A public event in the history of a service request."""

    singular = "note"
    datetime = Moment()
    type = Text()
    status = Text(optional=True)
    outcome = Text(optional=True)
    description = Text(known=True)


class TagDocument(Document):
    """A boundary that contains the public point of a service request."""

    singular = "boundary"
    layer = Text()
    vintage = Text()
    code = Text()
    name = Text(known=True)


class PhotoDocument(Document):
    """A photo of a service request. Its file says nothing about where it was taken."""

    singular = "photo"
    media_url = Text()
    url = Text()
    thumbnail_url = Text()
    title = Text(known=True)
    width = Number()
    height = Number()
    created_at = Moment()
    kind = Text()
    alt_text = Text(known=True)


class ExtendedAttributesDocument(Document):
    """What this server says about a service request beyond GeoReport v2."""

    singular = "extended_attributes"
    detailed_status = Text()
    outcome = Text()
    channel = Text()
    me_too = Number()
    sample = Flag()
    changed_datetime = Moment()
    boundaries = Many(TagDocument)
    media_urls = Words("media_url")
    photos = Many(PhotoDocument)


class ServiceRequestExtensionsDocument(Document):
    """What ``extensions=true`` appends to a service request: answers, history, boundaries, photos."""

    plural, singular = "service_requests", "request"
    attributes = Many(AnswerDocument)
    notes = Many(NoteDocument)
    extended_attributes = One(ExtendedAttributesDocument)


class NotKeptDocument(Document):
    """A photo, or an address of one, that was not kept, and why."""

    singular = "not_kept"
    media = Text()
    reason = Text()
    description = Text(known=True)


class ReceiptDocument(Document):
    """The answer to a new service request: a number, or a token, or (``blackbox``) neither (POST Service Request)."""

    plural, singular = "service_requests", "request"
    service_request_id = Text(optional=True)
    token = Text(optional=True)
    service_notice = Text(known=True)
    account_id = Text(known=True)
    media_not_kept = Many(NotKeptDocument, optional=True)


class TokenDocument(Document):
    """A token and, once it is known, the number that it stands for (GET service_request_id from a token)."""

    plural, singular = "service_requests", "request"
    service_request_id = Text(optional=True)
    token = Text()


class UpdateDocument(Document):
    """A public update of a service request (mySociety's extension ``servicerequestupdates``)."""

    plural, singular = "service_request_updates", "request_update"
    update_id = Text()
    service_request_id = Text()
    status = Text()
    description = Text(known=True)
    media_url = Text()
    updated_datetime = Moment()
    recorded_datetime = Moment()
    external_status_code = Text(optional=True)
    media_urls = Words("media_url", optional=True)


class UpdateReceiptDocument(Document):
    """The answer to a new update."""

    plural, singular = "service_request_updates", "request_update"
    update_id = Text()
    service_notice = Text(optional=True)


class LayerDocument(Document):
    """A boundary layer by which requests can be filtered."""

    plural, singular = "boundary_layers", "boundary_layer"
    layer = Text()
    name = Text(known=True)
    vintage = Text()
    current = Flag()
    valid_from = Text()
    valid_to = Text()
    source = Text(known=True)
    licence = Text(known=True)
    sample = Flag()
    boundaries = Number()
    url = Text()


class EndpointDocument(Document):
    """One endpoint of this server (Service Discovery)."""

    singular = "endpoint"
    specification = Text()
    url = Text()
    changeset = Moment()
    type = Text()
    formats = Words("format")


class DiscoveryDocument(Document):
    """Where this city's Open311 endpoints are (Service Discovery); an object, not a list."""

    singular, alone = "discovery", True
    changeset = Moment()
    contact = Text(known=True)
    key_service = Text(known=True)
    endpoints = Many(EndpointDocument)
