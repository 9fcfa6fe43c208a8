"""Rows copied in the database from one that the product made itself, for benchmarks that need many of them."""

from sqlalchemy import TextClause, text

from hotline.kernel.db import Base


def copies(which: type[Base], values: dict[str, str], original: str) -> TextClause:
    """An insert of a row for each n after :start up to :count; `values` are SQL by column, the rest is the original's."""
    table_name, names = which.__tablename__, [column.name for column in which.__table__.columns]
    taken = ", ".join(values.get(name, f"original.{name}") for name in names)
    return text(
        f"insert into {table_name} ({', '.join(names)}) select {taken} from {table_name} original"  # noqa: S608 our own names
        f" cross join generate_series(:start + 1, :count) n where {original}"
    )
