"""Legs of calls: under which id the exchange sends a party's audio, where it told one.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('call_leg',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], name=op.f('fk_call_leg_call_id_call')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_leg'))
    )
    op.create_index(op.f('ix_call_leg_call_id'), 'call_leg', ['call_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_call_leg_call_id'), table_name='call_leg')
    op.drop_table('call_leg')
