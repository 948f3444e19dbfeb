"""The table of answers to the questions of service definitions."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base


class Answer(Base):
    """A question as it was asked, and its answer; later edits of the service definition never change it."""

    __tablename__ = "answer"

    service_request: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_request.key", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    code: Mapped[str]
    question: Mapped[str]
    datatype: Mapped[str]
    public: Mapped[bool]
    values: Mapped[list[str]]
    names: Mapped[list[str]]
