"""Messages about limits are found by their moment: what a cap still allows does not cost more the longer a city works.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_sla_digest_at", "sla_digest"


def upgrade() -> None:
    op.create_index(NAME, TABLE, ["at"])


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
