"""The columns that were looked at and tell of nobody, by the reason why. Every other column belongs to a kind.

Whoever adds a column decides: does a file of ``open311/actions/privacy/kinds`` claim it, or does it stand here?
"""

from __future__ import annotations

IN_EVERY_TABLE = {"key", "uuid", "jurisdiction"}
"""Names that mean the same in every table: the number of a row, its public number, which city."""

NOT_PERSONAL = {
    "Which row it belongs to": """
        answer: service_request position code;
        batch_case: batch_change position;
        feedback: service_request; media: service_request service_request_update;
        message: service_request update digest about;
        original_words: service_request;
        referral: service_request; service_request_update: service_request; sla_event: service_request;
        relation: service_request other; webhook_delivery: webhook;
        publication: service_request; publication_change: service_request; request_boundary: service_request boundary;
        endorsement: service_request
        """,
    "What the city does with a service request: its place in the organisation, its state, its promises": """
        service_request: service_request_id service_code service_name department team assignee agency_responsible
                         service_notice status outcome priority private moderation withheld origin version
                         requested_datetime updated_datetime acknowledged_datetime expected_datetime scheduled_datetime
                         closed_datetime acknowledge_by paused_at look_again_at;
        relation: kind created_at;
        sla_event: kind deadline recorded_at;
        referral: department remote_status seen_at unclear_since attempts next_look_at created_at ended_at;
        publication: service_request_id service_code open requested_datetime updated_datetime stamp written;
        publication_change: written;
        request_boundary: requested_datetime
        """,
    "What happened to it, by whom of the staff (a number), and when": """
        service_request_update: kind public status outcome actor account api_client client_update_id occurred_at
                                recorded_at redacted_at;
        batch_change: act created_at due_at begun_at undone_at;
        batch_case: version done_at;
        role_grant: granted_by revoked_by
        """,
    "That somebody said 'me too': who, is not stored": """
        endorsement: channel created_at
        """,
    "What a photo is like, and what became of it": """
        media: width height kind created_at moderation reviewed_at redacted_at;
        unsent_photo: created_at
        """,
    "How far a message, a link or a call got": """
        message: event state attempts next_at;
        one_time_link: purpose created_at expires_at used_at;
        webhook_delivery: event state attempts next_at status created_at done_at
        """,
    "How a question was asked": """
        answer: datatype
        """,
    "How long a session may be idle": """
        account_session: idle_seconds
        """,
    "What an app may do, and since when": """
        api_client: key_hash scopes writes_per_minute reads_per_minute created_at revoked_at;
        idempotency_key: created_at;
        token: created_at
        """,
    "Receivers are servers of organisations": """
        webhook: url secret events created_at removed_at gone_at
        """,
    "The city: its map and its services": """
        boundary: layer code name geometry;
        boundary_layer: layer name vintage valid_from valid_to source licence sample loaded_at followed;
        boundary_part: boundary geometry;
        catalogue_version: fingerprint since;
        city_zone: timezone;
        published_service: service_code publishing location stamp
        """,
}
"""Columns by reason, as ``table: column column; table: column``."""
