"""The hotline's own steps are found by stage and end, and provisional limits without reading all that run.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = "sla_clock"
DESK, PROVISIONAL = "ix_sla_clock_desk_due", "ix_sla_clock_provisional"


def upgrade() -> None:
    of_desks = sa.text("state = 'running' and unit_id is null")
    op.create_index(DESK, TABLE, ["stage", "due_at"], postgresql_where=of_desks)
    op.create_index(PROVISIONAL, TABLE, ["due_at"], postgresql_where=sa.text("provisional and state <> 'stopped'"))


def downgrade() -> None:
    op.drop_index(PROVISIONAL, table_name=TABLE)
    op.drop_index(DESK, table_name=TABLE)
