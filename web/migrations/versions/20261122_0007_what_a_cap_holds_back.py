"""Alarms that a cap holds back stay among those to send; a proposed order was not issued yet.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_sla_alarm_to_send", "sla_alarm"


def upgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["send_at"], postgresql_where=sa.text("sent_at is null"))
    op.alter_column("supervision_order", "issued_at", existing_type=sa.DateTime(timezone=True), nullable=True)


def downgrade() -> None:
    op.execute("update supervision_order set issued_at = due_at where issued_at is null")
    op.alter_column("supervision_order", "issued_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["send_at"], postgresql_where=sa.text("sent_at is null and held_at is null"))
