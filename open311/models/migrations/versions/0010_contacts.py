"""Contacts have a normal form beside what was typed; addresses that bounced are marked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BATCH = 10_000
ADDRESSES = (("subscription", "address"), ("message", "address"), ("account", "email"), ("account_link", "email"))
"""Columns that hold addresses to which mail is sent."""


def upgrade() -> None:
    """Write the normal form of every contact that is there.

    A phone number without its country code stays unread: no migration knows the city. It is read when somebody's data
    is asked for, as a number of the country of whoever asks.
    """
    op.add_column("contact_point", sa.Column("normal", sa.Text(), nullable=True))
    for table in ("contact_point", "subscription"):
        op.add_column(table, sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    _normalise_contacts()
    op.drop_index("ix_contact_point_value", "contact_point")
    op.create_index("ix_contact_point_normal", "contact_point", ["normal"])
    for table, column in ADDRESSES:
        _normalise_addresses(table, column)


def _normalise_contacts() -> None:
    """Read what reporters typed, in the order of the keys; a field with several addresses becomes several rows."""
    connection, last = op.get_bind(), 0
    reading = sa.text("SELECT key, kind, value FROM contact_point WHERE key > :last ORDER BY key LIMIT :batch")
    writing = sa.text("UPDATE contact_point SET normal = :normal WHERE key = :key")
    adding = sa.text(
        """
        INSERT INTO contact_point (person, kind, value, normal, verified_at, created_at)
        SELECT person, kind, value, :normal, verified_at, created_at FROM contact_point WHERE key = :key
        """
    )
    most = connection.scalar(sa.text("SELECT coalesce(max(key), 0) FROM contact_point"))
    while last < most:
        rows = connection.execute(reading, {"last": last, "batch": BATCH}).all()
        known = [(key, _normal(kind, value)) for key, kind, value in rows]
        if firsts := [{"key": key, "normal": normals[0]} for key, normals in known if normals]:
            connection.execute(writing, firsts)
        if others := [{"key": key, "normal": each} for key, normals in known for each in normals[1:]]:
            connection.execute(adding, others)
        last = rows[-1].key


def _normal(kind: str, value: str) -> list[str]:
    from open311.domain.contact import contacts

    return [value] if kind == "device" else [each.lower() for each in contacts(value)]


def _normalise_addresses(table: str, column: str) -> None:
    """Write addresses as mail is sent to them. Where a row with the normal form is there already, both stay."""
    from open311.domain.contact import email_address

    connection = op.get_bind()
    odd = f"SELECT DISTINCT {column} FROM {table} WHERE {column} ~ '@.*[A-Z]' OR {column} ~ '[^!-~]'"
    for (written,) in connection.execute(sa.text(odd)).all():
        normal = email_address(written)
        if normal and normal != written:
            try:
                with connection.begin_nested():
                    writing = sa.text(f"UPDATE {table} SET {column} = :normal WHERE {column} = :written")
                    connection.execute(writing, {"normal": normal, "written": written})
            except sa.exc.IntegrityError:
                continue
