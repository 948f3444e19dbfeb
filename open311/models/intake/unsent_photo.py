"""Photos of forms that may never be sent."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from open311.models.base import Base, Key, Recorded


class UnsentPhoto(Base):
    """Files that were stored for a preview. A row stays when the form is sent; forgetting it leaves what a case has."""

    __tablename__ = "unsent_photo"

    key: Mapped[Key]
    file: Mapped[str]
    thumbnail: Mapped[str]
    created_at: Mapped[Recorded]
