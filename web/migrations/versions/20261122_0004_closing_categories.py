"""closing categories

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('category', sa.Column('active', sa.Boolean(), server_default='true', nullable=False))


def downgrade() -> None:
    op.drop_column('category', 'active')
