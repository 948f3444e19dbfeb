"""The table of photos that belong to forms which may never be sent."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from open311.models.base import Base, Key, Recorded


class UnsentPhoto(Base):
    """The files of a photo in a form. They are deleted after a time, with the row, unless a case has them."""

    __tablename__ = "unsent_photo"

    key: Mapped[Key]
    file: Mapped[str]
    thumbnail: Mapped[str]
    created_at: Mapped[Recorded]
