"""Hearing the caller: recordings of each party, how heard words became shown ones, summaries, matters told apart.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('call_recording',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('gateway', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('file', sa.String(length=255), nullable=False),
    sa.Column('is_sealed', sa.Boolean(), nullable=False),
    sa.Column('sample_rate_hz', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('gaps', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('keep_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_recording'))
    )
    op.create_index(op.f('ix_call_recording_call_id'), 'call_recording', ['call_id'], unique=False)
    op.create_index(op.f('ix_call_recording_keep_until'), 'call_recording', ['keep_until'], unique=False)
    op.create_index('ix_call_recording_waiting', 'call_recording', ['started_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.add_column('contact', sa.Column('summary', sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column('draft', sa.Column('segments', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")))
    op.add_column('transcript_segment', sa.Column('raw', sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column('transcript_segment', sa.Column('words', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")))
    op.add_column('transcript_segment', sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")))
    op.add_column('transcript_segment', sa.Column('suggestions', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'[]'")))
    op.add_column('transcript_segment', sa.Column('engine', sa.String(length=32), nullable=False, server_default=sa.text("''")))
    op.add_column('transcript_segment', sa.Column('revision', sa.Integer(), nullable=False, server_default=sa.text('0')))
    op.add_column('transcript_segment', sa.Column('corrected_by', sa.Integer(), nullable=True))
    op.add_column('transcript_segment', sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("update transcript_segment set raw = text")
    op.alter_column('contact', 'summary', server_default=None)
    op.alter_column('draft', 'segments', server_default=None)
    op.alter_column('transcript_segment', 'raw', server_default=None)
    op.alter_column('transcript_segment', 'words', server_default=None)
    op.alter_column('transcript_segment', 'changes', server_default=None)
    op.alter_column('transcript_segment', 'suggestions', server_default=None)
    op.alter_column('transcript_segment', 'engine', server_default=None)
    op.alter_column('transcript_segment', 'revision', server_default=None)


def downgrade() -> None:
    op.drop_column('transcript_segment', 'corrected_at')
    op.drop_column('transcript_segment', 'corrected_by')
    op.drop_column('transcript_segment', 'revision')
    op.drop_column('transcript_segment', 'engine')
    op.drop_column('transcript_segment', 'suggestions')
    op.drop_column('transcript_segment', 'changes')
    op.drop_column('transcript_segment', 'words')
    op.drop_column('transcript_segment', 'raw')
    op.drop_column('draft', 'segments')
    op.drop_column('contact', 'summary')
    op.drop_index('ix_call_recording_waiting', table_name='call_recording', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(op.f('ix_call_recording_keep_until'), table_name='call_recording')
    op.drop_index(op.f('ix_call_recording_call_id'), table_name='call_recording')
    op.drop_table('call_recording')
