"""Why a recording was not heard as it was spoken, for whoever looks at the call later.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_recording", sa.Column("trouble", sa.String(length=32), nullable=False, server_default=sa.text("''")))
    op.alter_column("call_recording", "trouble", server_default=None)


def downgrade() -> None:
    op.drop_column("call_recording", "trouble")
