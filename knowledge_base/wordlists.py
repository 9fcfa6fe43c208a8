"""Tables of words that search knows: groups of one meaning, and names that must not be cut apart."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.kernel.db import Base


class SynonymGroup(Base):
    """Words that mean the same in a citizen's mouth and in an office's; looked up at the question: no index is rebuilt."""

    __tablename__ = "synonym_group"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    words: Mapped[list[str]]
    note: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None]


class VocabularyWord(Base):
    """A name or term of the city that a general dictionary would cut apart; indexes are rebuilt when they change."""

    __tablename__ = "vocabulary_word"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    word: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="")
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None]
