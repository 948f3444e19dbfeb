"""The first tables: service requests, their publications, boundaries, people apart, and the job queue."""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's ``xid8``."""

    def get_col_spec(self, **_: object) -> str:
        """Name the type in SQL."""
        return "xid8"


# History is appended to, never rewritten. The one exception is made on purpose, inside one transaction:
# SET LOCAL open311.rewrite_history = 'on'.
APPEND_ONLY = """
CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('open311.rewrite_history', true) = 'on' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'the history of service requests is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON service_request_update
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON service_request_update
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_history();
"""

LAYER_IN_FORCE = """
CREATE VIEW layer_in_force AS
SELECT l.key, l.jurisdiction, l.layer, l.name, l.vintage, l.valid_from FROM boundary_layer l
WHERE l.key = (
    SELECT n.key FROM boundary_layer n
    WHERE n.jurisdiction = l.jurisdiction AND n.layer = l.layer AND coalesce(n.valid_from <= current_date, true)
    ORDER BY n.valid_from DESC NULLS LAST, n.key DESC LIMIT 1)
"""


def upgrade() -> None:
    """Make everything."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(sa.schema.CreateSequence(sa.Sequence("service_request_number", start=1_000_001)))
    op.create_table(
        "api_client",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("writes_per_minute", sa.Integer(), nullable=True),
        sa.Column("reads_per_minute", sa.Integer(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_api_client")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_client_key_hash")),
    )
    op.create_table(
        "boundary_layer",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vintage", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_boundary_layer")),
        sa.UniqueConstraint(
            "jurisdiction", "layer", "vintage", name=op.f("uq_boundary_layer_jurisdiction_layer_vintage")
        ),
    )
    op.execute(LAYER_IN_FORCE)
    op.create_table(
        "catalogue_version",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("client", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("client", "jurisdiction", "idempotency_key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_person")),
    )
    op.create_table(
        "publication_change",
        sa.Column("key", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=True),
        sa.Column("written", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_publication_change")),
    )
    op.create_index(
        "ix_publication_change_written",
        "publication_change",
        ["jurisdiction", sa.literal_column("written DESC")],
        unique=False,
    )
    op.create_table(
        "published_service",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("publishing", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "service_code", name=op.f("pk_published_service")),
    )
    op.create_table(
        "rate_window",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "starts_at", name=op.f("pk_rate_window")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_rate_window_starts_at"), "rate_window", ["starts_at"], unique=False)
    op.create_table(
        "request_boundary",
        sa.Column("boundary", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requested_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_request", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("boundary", "requested_datetime", "service_request", name=op.f("pk_request_boundary")),
    )
    op.create_index("ix_request_boundary_service_request", "request_boundary", ["service_request"], unique=False)
    op.create_table(
        "boundary",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("layer", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "geometry",
            geoalchemy2.types.Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["layer"], ["boundary_layer.key"], name=op.f("fk_boundary_layer"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_boundary")),
        sa.UniqueConstraint("layer", "code", name=op.f("uq_boundary_layer_code")),
    )
    op.create_table(
        "contact_point",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('email', 'phone', 'device')", name=op.f("ck_contact_point_kind")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_contact_point_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_contact_point")),
    )
    op.create_index(op.f("ix_contact_point_person"), "contact_point", ["person"], unique=False)
    op.create_index("ix_contact_point_value", "contact_point", ["kind", "value"], unique=False)
    op.create_table(
        "service_request",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("service_request_id", sa.Text(), nullable=True),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("agency_responsible", sa.Text(), nullable=False),
        sa.Column("service_notice", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("status_notes", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "point",
            geoalchemy2.types.Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_id", sa.Text(), nullable=True),
        sa.Column("zipcode", sa.Text(), nullable=True),
        sa.Column("media_url", sa.Text(), nullable=True),
        sa.Column("requested_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_datetime", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected_datetime", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scheduled_datetime", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_datetime", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("api_client", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("private", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("moderation", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status IN ('closed', 'disputed')) = (closed_datetime IS NOT NULL)", name=op.f("ck_service_request_closed")
        ),
        sa.CheckConstraint(
            "moderation IN ('pending', 'approved', 'hidden')", name=op.f("ck_service_request_moderation")
        ),
        sa.CheckConstraint(
            "outcome IN ('resolved', 'no_action_needed', 'not_found', 'not_responsible', 'duplicate', 'referred_out', 'unable', 'withdrawn', 'invalid', 'information_given')",
            name=op.f("ck_service_request_outcome"),
        ),
        sa.CheckConstraint(
            "status IN ('received', 'acknowledged', 'in_progress', 'scheduled', 'waiting_on_reporter', 'referred', 'closed', 'disputed')",
            name=op.f("ck_service_request_status"),
        ),
        sa.ForeignKeyConstraint(["api_client"], ["api_client.key"], name=op.f("fk_service_request_api_client")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service_request")),
    )
    op.create_index("uq_service_request_number", "service_request", ["jurisdiction", "service_request_id"], unique=True)
    op.create_table(
        "answer",
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("datatype", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("values", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_answer_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_request", "position", name=op.f("pk_answer")),
    )
    op.create_table(
        "boundary_part",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("boundary", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column(
            "geometry",
            geoalchemy2.types.Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["boundary"], ["boundary.key"], name=op.f("fk_boundary_part_boundary"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_boundary_part")),
    )
    op.create_index(op.f("ix_boundary_part_boundary"), "boundary_part", ["boundary"], unique=False)
    op.create_index("ix_boundary_part_geometry", "boundary_part", ["geometry"], unique=False, postgresql_using="spgist")
    op.create_table(
        "endorsement",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_endorsement_service_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_endorsement")),
    )
    op.create_index(op.f("ix_endorsement_service_request"), "endorsement", ["service_request"], unique=False)
    op.create_table(
        "media",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("thumbnail", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('submitted', 'before', 'after')", name=op.f("ck_media_kind")),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_media_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_media")),
    )
    op.create_index(op.f("ix_media_file"), "media", ["file"], unique=False)
    op.create_index(op.f("ix_media_service_request"), "media", ["service_request"], unique=False)
    op.create_index(op.f("ix_media_thumbnail"), "media", ["thumbnail"], unique=False)
    op.create_table(
        "publication",
        sa.Column("service_request", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("service_request_id", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("requested_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "point",
            geoalchemy2.types.Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("json", sa.LargeBinary(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("written", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_publication_service_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_request", name=op.f("pk_publication")),
    )
    op.create_index(
        "ix_publication_newest",
        "publication",
        ["jurisdiction", sa.literal_column("requested_datetime DESC"), sa.literal_column("service_request DESC")],
        unique=False,
    )
    op.create_index(
        "ix_publication_open",
        "publication",
        ["jurisdiction", sa.literal_column("requested_datetime DESC"), sa.literal_column("service_request DESC")],
        unique=False,
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "ix_publication_open_service",
        "publication",
        [
            "jurisdiction",
            "service_code",
            sa.literal_column("requested_datetime DESC"),
            sa.literal_column("service_request DESC"),
        ],
        unique=False,
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "ix_publication_place", "publication", ["point", "requested_datetime"], unique=False, postgresql_using="gist"
    )
    op.create_index(
        "ix_publication_service",
        "publication",
        [
            "jurisdiction",
            "service_code",
            sa.literal_column("requested_datetime DESC"),
            sa.literal_column("service_request DESC"),
        ],
        unique=False,
    )
    op.create_index(
        "ix_publication_updated",
        "publication",
        ["jurisdiction", sa.literal_column("updated_datetime DESC"), sa.literal_column("service_request DESC")],
        unique=False,
    )
    op.create_index("ix_publication_words", "publication", ["words"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_publication_written", "publication", ["jurisdiction", sa.literal_column("written DESC")], unique=False
    )
    op.create_index("uq_publication_number", "publication", ["jurisdiction", "service_request_id"], unique=True)
    op.create_table(
        "reporter_link",
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_reporter_link_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_reporter_link_service_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_request", "person", name=op.f("pk_reporter_link")),
    )
    op.create_index(op.f("ix_reporter_link_person"), "reporter_link", ["person"], unique=False)
    op.create_table(
        "service_request_update",
        sa.Column("key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("media_url", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("api_client", sa.BigInteger(), nullable=True),
        sa.Column("client_update_id", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind IN ('status', 'comment', 'note', 'assignment', 'location', 'service', 'merge', 'media', 'moderation', 'system')",
            name=op.f("ck_service_request_update_kind"),
        ),
        sa.ForeignKeyConstraint(["api_client"], ["api_client.key"], name=op.f("fk_service_request_update_api_client")),
        sa.ForeignKeyConstraint(
            ["service_request"],
            ["service_request.key"],
            name=op.f("fk_service_request_update_service_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service_request_update")),
    )
    op.create_index(
        "ix_service_request_update_history",
        "service_request_update",
        ["service_request", "occurred_at", "key"],
        unique=False,
    )
    op.create_index(
        "ix_service_request_update_public",
        "service_request_update",
        ["jurisdiction", sa.literal_column("occurred_at DESC"), sa.literal_column("key DESC")],
        unique=False,
        postgresql_where=sa.text("public"),
    )
    op.create_index(
        "uq_service_request_update_client",
        "service_request_update",
        ["api_client", "client_update_id"],
        unique=True,
        postgresql_where=sa.text("client_update_id IS NOT NULL"),
    )
    op.create_table(
        "token",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("service_request", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["service_request"], ["service_request.key"], name=op.f("fk_token_service_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_token")),
        sa.UniqueConstraint("service_request", name=op.f("uq_token_service_request")),
    )
    op.execute(APPEND_ONLY)
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
