"""The table of forms that could not be taken when they were sent, and wait for their writer to sign in again."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base, Recorded


class KeptForm(Base):
    """What was typed into one form. Passwords and codes are never among it; after twelve hours it is deleted."""

    __tablename__ = "kept_form"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """The SHA-256 of the random token in the cookie of the browser in which it was typed."""
    account: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.key", ondelete="CASCADE"), index=True)
    """Who was signed in there last: nobody else sees it. NULL where nobody was."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Names and values of the fields as JSON, sealed with ``SECRET_KEY``."""
    created_at: Mapped[Recorded] = mapped_column(index=True)
