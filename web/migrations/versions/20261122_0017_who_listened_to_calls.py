"""Who listened to calls: the log of looks at personal data names a call where it is no ticket.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('access_log_entry', sa.Column('call_id', sa.Uuid(), nullable=True))
    op.alter_column('access_log_entry', 'ticket_id', existing_type=sa.INTEGER(), nullable=True)
    op.create_index(op.f('ix_access_log_entry_call_id'), 'access_log_entry', ['call_id'], unique=False)


def downgrade() -> None:
    op.execute('delete from access_log_entry where ticket_id is null')
    op.drop_index(op.f('ix_access_log_entry_call_id'), table_name='access_log_entry')
    op.alter_column('access_log_entry', 'ticket_id', existing_type=sa.INTEGER(), nullable=False)
    op.drop_column('access_log_entry', 'call_id')
