"""Whose recordings are: the folder each lies in, and when its gateway last said that it is at it.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('call_recording', sa.Column('folder', sa.String(length=16), nullable=False, server_default=sa.text("''")))
    op.alter_column('call_recording', 'folder', server_default=None)
    op.add_column('call_recording', sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_call_recording_live', 'call_recording', ['file'], unique=False, postgresql_where=sa.text("state = 'live'"))


def downgrade() -> None:
    op.drop_index('ix_call_recording_live', table_name='call_recording', postgresql_where=sa.text("state = 'live'"))
    op.drop_column('call_recording', 'claimed_at')
    op.drop_column('call_recording', 'folder')
