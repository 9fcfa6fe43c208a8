"""limits by version, rules by date, alarms, opinions

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('call_evaluation',
    sa.Column('contact_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('satisfaction', sa.String(length=24), nullable=False),
    sa.Column('reason_codes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('contact_id', name=op.f('pk_call_evaluation'))
    )
    op.create_index(op.f('ix_call_evaluation_at'), 'call_evaluation', ['at'], unique=False)
    op.create_table('evaluation_link',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_evaluation_link_token_hash'))
    )
    op.create_index('ix_evaluation_link_subject', 'evaluation_link', ['kind', 'subject_id'], unique=False)
    op.create_table('policy_version',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('status', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('origin', sa.String(length=64), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['officer.id'], name=op.f('fk_policy_version_created_by_id_officer')),
    sa.ForeignKeyConstraint(['published_by_id'], ['officer.id'], name=op.f('fk_policy_version_published_by_id_officer')),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_policy_version'))
    )
    op.create_table('sla_recount',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('cause', sa.String(length=24), nullable=False),
    sa.Column('reference', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_id', sa.BigInteger(), nullable=True),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=True),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['requested_by_id'], ['officer.id'], name=op.f('fk_sla_recount_requested_by_id_officer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_recount'))
    )
    op.create_index('ix_sla_recount_open', 'sla_recount', ['begins_at'], unique=False, postgresql_where=sa.text('finished_at is null'))
    op.create_table('sla_digest',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('officer_id', sa.BigInteger(), nullable=True),
    sa.Column('role', sa.String(length=32), nullable=True),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_sla_digest_officer_id_officer')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_sla_digest_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_digest'))
    )
    op.create_table('service_mark',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=32), nullable=False),
    sa.Column('external_id', sa.String(length=64), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('item', sa.String(length=200), nullable=False),
    sa.Column('case_number', sa.String(length=64), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('labels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('real_name', sa.Boolean(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rectified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('added_stars', sa.Integer(), nullable=True),
    sa.Column('added_words', sa.Text(), server_default='', nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('excluded_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_service_mark_ticket_id_ticket')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_service_mark_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_mark')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_service_mark_source_external_id'))
    )
    op.create_index(op.f('ix_service_mark_given_at'), 'service_mark', ['given_at'], unique=False)
    op.create_index(op.f('ix_service_mark_ticket_id'), 'service_mark', ['ticket_id'], unique=False)
    op.create_index(op.f('ix_service_mark_unit_id'), 'service_mark', ['unit_id'], unique=False)
    op.create_table('appeal',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('callback_id', sa.BigInteger(), nullable=True),
    sa.Column('mark_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('reason_code', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['officer.id'], name=op.f('fk_appeal_asked_by_id_officer')),
    sa.ForeignKeyConstraint(['callback_id'], ['callback.id'], name=op.f('fk_appeal_callback_id_callback')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['officer.id'], name=op.f('fk_appeal_decided_by_id_officer')),
    sa.ForeignKeyConstraint(['mark_id'], ['service_mark.id'], name=op.f('fk_appeal_mark_id_service_mark')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_appeal_ticket_id_ticket')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_appeal_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sa.UniqueConstraint('callback_id', 'mark_id', name=op.f('uq_appeal_callback_id_mark_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_appeal_asked', 'appeal', ['asked_at'], unique=False, postgresql_where=sa.text("state = 'asked'"))
    op.create_index(op.f('ix_appeal_ticket_id'), 'appeal', ['ticket_id'], unique=False)
    op.create_index(op.f('ix_appeal_unit_id'), 'appeal', ['unit_id'], unique=False)
    op.create_table('sla_alarm',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('clock_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('stage', sa.String(length=24), nullable=False),
    sa.Column('point', sa.String(length=32), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('officer_id', sa.BigInteger(), nullable=True),
    sa.Column('role', sa.String(length=32), nullable=True),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('send_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('digest_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['clock_id'], ['sla_clock.id'], name=op.f('fk_sla_alarm_clock_id_sla_clock')),
    sa.ForeignKeyConstraint(['digest_id'], ['sla_digest.id'], name=op.f('fk_sla_alarm_digest_id_sla_digest')),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_sla_alarm_officer_id_officer')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_sla_alarm_ticket_id_ticket')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_sla_alarm_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_alarm')),
    sa.UniqueConstraint('clock_id', 'point', 'unit_id', 'officer_id', 'role', 'channel', name='uq_sla_alarm_once', postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_sla_alarm_digest_id'), 'sla_alarm', ['digest_id'], unique=False)
    op.create_index('ix_sla_alarm_to_send', 'sla_alarm', ['send_at'], unique=False, postgresql_where=sa.text('sent_at is null and held_at is null'))
    op.add_column('callback', sa.Column('plan', sa.String(length=32), server_default='', nullable=False))
    op.add_column('callback', sa.Column('channel', sa.String(length=16), server_default='person', nullable=False))
    op.add_column('callback', sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('callback', sa.Column('try_after', sa.DateTime(timezone=True), nullable=True))
    op.add_column('callback', sa.Column('link_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('callback_answer', sa.Column('respondent', sa.String(length=16), server_default='self', nullable=False))
    op.add_column('callback_answer', sa.Column('reason_codes', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column('callback_attempt', sa.Column('channel', sa.String(length=16), server_default='person', nullable=False))
    op.execute(
        """
        insert into policy_version (version, status, name, origin, note, effective_from, created_at, published_at)
        select version, 'published', 'v' || version, '', '', min(effective_from), now(), now() from policy group by version
        """
    )
    op.drop_index(op.f('ix_policy_effective_from'), table_name='policy')
    op.create_foreign_key(op.f('fk_policy_version_policy_version'), 'policy', 'policy_version', ['version'], ['version'], ondelete='CASCADE')
    op.drop_column('policy', 'effective_from')
    op.add_column('sla_clock', sa.Column('request_id', sa.BigInteger(), nullable=True))
    op.add_column('sla_clock', sa.Column('order_id', sa.BigInteger(), nullable=True))
    op.add_column('sla_clock', sa.Column('roster', sa.String(length=32), server_default='office', nullable=False))
    op.add_column('sla_clock', sa.Column('next_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('sla_clock', sa.Column('told', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.execute(
        """
        update sla_clock set
            roster = coalesce(explain ->> 'roster', 'office'),
            next_at = case when warned_at is null then coalesce(warn_at, due_at) when expired_at is null then due_at end
        where state <> 'stopped'
        """
    )
    op.drop_index(op.f('ix_sla_clock_to_expire'), table_name='sla_clock', postgresql_where=sa.text("state = 'running' and expired_at is null"))
    op.drop_index(op.f('ix_sla_clock_to_warn'), table_name='sla_clock', postgresql_where=sa.text("state = 'running' and warned_at is null"))
    op.create_index('ix_sla_clock_next', 'sla_clock', ['next_at'], unique=False, postgresql_where=sa.text("state = 'running' and next_at is not null"))
    op.create_index('ix_sla_clock_unfinished', 'sla_clock', ['id'], unique=False, postgresql_where=sa.text("state <> 'stopped'"))
    op.create_index('ix_sla_clock_unit_due', 'sla_clock', ['unit_id', 'due_at'], unique=False, postgresql_where=sa.text("state = 'running'"))
    op.create_foreign_key(op.f('fk_sla_clock_order_id_supervision_order'), 'sla_clock', 'supervision_order', ['order_id'], ['id'])
    op.create_foreign_key(op.f('fk_sla_clock_request_id_request'), 'sla_clock', 'request', ['request_id'], ['id'])
    op.add_column('sla_rule', sa.Column('effective_from', sa.DateTime(timezone=True), nullable=True))
    op.execute("update sla_rule set effective_from = '2020-01-01T00:00:00+08:00'")
    op.alter_column('sla_rule', 'effective_from', nullable=False)
    op.drop_constraint(op.f('pk_sla_rule'), 'sla_rule', type_='primary')
    op.create_primary_key(op.f('pk_sla_rule'), 'sla_rule', ['key', 'effective_from'])
    op.add_column('sla_rule', sa.Column('changed_by_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_sla_rule_changed_by_id_officer'), 'sla_rule', 'officer', ['changed_by_id'], ['id'])
    op.add_column('supervision_order', sa.Column('kind', sa.String(length=16), server_default='order', nullable=False))
    op.add_column('supervision_order', sa.Column('clock_id', sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f('uq_supervision_order_clock_id_kind'), 'supervision_order', ['clock_id', 'kind'])
    op.add_column('ticket', sa.Column('first_solved', sa.String(length=16), nullable=True))
    op.add_column('ticket', sa.Column('first_satisfied', sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_column('ticket', 'first_satisfied')
    op.drop_column('ticket', 'first_solved')
    op.drop_constraint(op.f('uq_supervision_order_clock_id_kind'), 'supervision_order', type_='unique')
    op.drop_column('supervision_order', 'clock_id')
    op.drop_column('supervision_order', 'kind')
    op.drop_constraint(op.f('fk_sla_rule_changed_by_id_officer'), 'sla_rule', type_='foreignkey')
    op.drop_column('sla_rule', 'changed_by_id')
    op.execute(
        "delete from sla_rule older using sla_rule newer"
        " where older.key = newer.key and older.effective_from < newer.effective_from"
    )
    op.drop_constraint(op.f('pk_sla_rule'), 'sla_rule', type_='primary')
    op.drop_column('sla_rule', 'effective_from')
    op.create_primary_key(op.f('pk_sla_rule'), 'sla_rule', ['key'])
    op.drop_constraint(op.f('fk_sla_clock_request_id_request'), 'sla_clock', type_='foreignkey')
    op.drop_constraint(op.f('fk_sla_clock_order_id_supervision_order'), 'sla_clock', type_='foreignkey')
    op.drop_index('ix_sla_clock_unit_due', table_name='sla_clock', postgresql_where=sa.text("state = 'running'"))
    op.drop_index('ix_sla_clock_unfinished', table_name='sla_clock', postgresql_where=sa.text("state <> 'stopped'"))
    op.drop_index('ix_sla_clock_next', table_name='sla_clock', postgresql_where=sa.text("state = 'running' and next_at is not null"))
    op.create_index(op.f('ix_sla_clock_to_warn'), 'sla_clock', ['warn_at'], unique=False, postgresql_where=sa.text("state = 'running' and warned_at is null"))
    op.create_index(op.f('ix_sla_clock_to_expire'), 'sla_clock', ['due_at'], unique=False, postgresql_where=sa.text("state = 'running' and expired_at is null"))
    op.drop_column('sla_clock', 'told')
    op.drop_column('sla_clock', 'next_at')
    op.drop_column('sla_clock', 'roster')
    op.drop_column('sla_clock', 'order_id')
    op.drop_column('sla_clock', 'request_id')
    op.execute("delete from policy_version where status <> 'published'")
    op.add_column('policy', sa.Column('effective_from', sa.DateTime(timezone=True), nullable=True))
    op.execute("update policy set effective_from = v.effective_from from policy_version v where v.version = policy.version")
    op.alter_column('policy', 'effective_from', nullable=False)
    op.drop_constraint(op.f('fk_policy_version_policy_version'), 'policy', type_='foreignkey')
    op.create_index(op.f('ix_policy_effective_from'), 'policy', ['effective_from'], unique=False)
    op.drop_column('callback_attempt', 'channel')
    op.drop_column('callback_answer', 'reason_codes')
    op.drop_column('callback_answer', 'respondent')
    op.drop_column('callback', 'link_until')
    op.drop_column('callback', 'try_after')
    op.drop_column('callback', 'opens_at')
    op.drop_column('callback', 'channel')
    op.drop_column('callback', 'plan')
    op.drop_index('ix_sla_alarm_to_send', table_name='sla_alarm', postgresql_where=sa.text('sent_at is null and held_at is null'))
    op.drop_index(op.f('ix_sla_alarm_digest_id'), table_name='sla_alarm')
    op.drop_table('sla_alarm')
    op.drop_index(op.f('ix_appeal_unit_id'), table_name='appeal')
    op.drop_index(op.f('ix_appeal_ticket_id'), table_name='appeal')
    op.drop_index('ix_appeal_asked', table_name='appeal', postgresql_where=sa.text("state = 'asked'"))
    op.drop_table('appeal')
    op.drop_index(op.f('ix_service_mark_unit_id'), table_name='service_mark')
    op.drop_index(op.f('ix_service_mark_ticket_id'), table_name='service_mark')
    op.drop_index(op.f('ix_service_mark_given_at'), table_name='service_mark')
    op.drop_table('service_mark')
    op.drop_table('sla_digest')
    op.drop_index('ix_sla_recount_open', table_name='sla_recount', postgresql_where=sa.text('finished_at is null'))
    op.drop_table('sla_recount')
    op.drop_table('policy_version')
    op.drop_index('ix_evaluation_link_subject', table_name='evaluation_link')
    op.drop_table('evaluation_link')
    op.drop_index(op.f('ix_call_evaluation_at'), table_name='call_evaluation')
    op.drop_table('call_evaluation')
