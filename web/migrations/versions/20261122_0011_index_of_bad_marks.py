"""Open bad marks (差评) are found by an index of their own: a desk counts them each time, and there are few among many.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_ticket_open_bad_mark", "ticket"


def upgrade() -> None:
    op.create_index(NAME, TABLE, ["due_at"], postgresql_where=sa.text("closed_at is null and type = 'bad_mark'"))


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
