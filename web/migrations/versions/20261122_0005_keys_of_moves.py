"""keys of moves

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('move_key',
    sa.Column('key', sa.String(length=128), nullable=False),
    sa.Column('thing', sa.String(length=16), nullable=False),
    sa.Column('thing_id', sa.BigInteger(), nullable=False),
    sa.Column('action', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_move_key'))
    )
    op.create_index(op.f('ix_move_key_at'), 'move_key', ['at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_move_key_at'), table_name='move_key')
    op.drop_table('move_key')
