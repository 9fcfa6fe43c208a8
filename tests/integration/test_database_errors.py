"""What an error of the database says to callers and to the log."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline.kernel.db import Database
from hotline.kernel.errors import Unavailable

SAID = "我的电话是19900001234"


def test_an_error_of_a_statement_does_not_tell_what_was_to_be_stored(database: Database) -> None:
    with pytest.raises(DBAPIError) as failed, database.work() as uow:
        uow.session.execute(text("insert into no_such_table values (:said)"), {"said": SAID})

    assert SAID not in str(failed.value)


def test_connections_that_are_all_in_use_are_waited_for_like_a_database_that_is_away(database: Database) -> None:
    pool = database.engine.pool
    pool._timeout = 0.1  # type: ignore[attr-defined]  # so that the test need not wait for half a minute
    taken = [database.engine.connect() for _ in range(pool.size() + pool._max_overflow)]  # type: ignore[attr-defined]

    with pytest.raises(Unavailable), database.read() as session:
        session.execute(text("select 1"))

    for one in taken:
        one.close()
