"""the words of a timeline apart

Revision 0003, after 0002. Words move from the line to `timeline_text`, sealed as `hotline.kernel.vault` seals: an old line keeps its
hash, so its words carry an empty salt. Moving words needs the secret that `web.migrations.upgrade` was given; an empty
timeline needs none.
"""

import hashlib
import os

import sqlalchemy as sa
from alembic import context, op
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

BATCH = 5000
NO_SALT = bytes(16)
HEAD, NONCE = 17, 12


def upgrade() -> None:
    bind = op.get_bind()
    worded = sa.text(
        "select id, text from timeline_entry where text <> '' and id > :after order by id limit :batch"
    )
    put = sa.text("insert into timeline_text (entry_id, sealed) values (:id, :sealed)")
    after = 0
    while found := bind.execute(worded, {"after": after, "batch": BATCH}).all():
        key = _key()
        bind.execute(put, [{"id": row.id, "sealed": _seal(key, row.text)} for row in found])
        after = found[-1].id
    op.drop_column('timeline_entry', 'text')


def downgrade() -> None:
    bind = op.get_bind()
    op.add_column('timeline_entry', sa.Column('text', sa.Text(), server_default='', nullable=False))
    sealed = sa.text(
        "select entry_id, sealed from timeline_text where sealed is not null and entry_id > :after order by entry_id limit :batch"
    )
    put = sa.text("update timeline_entry set text = :words where id = :id")
    after = 0
    while found := bind.execute(sealed, {"after": after, "batch": BATCH}).all():
        key = _key()
        bind.execute(put, [{"id": row.entry_id, "words": _open(key, row.sealed)} for row in found])
        after = found[-1].entry_id
    bind.execute(sa.text("delete from timeline_text"))
    op.alter_column('timeline_entry', 'text', server_default=None)


def _key() -> bytes:
    secret = context.config.attributes.get("secret")
    if not secret:
        raise RuntimeError("timeline words are to be moved, and no secret was given: run `hotline db upgrade`")
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"hotline words").derive(secret.encode())


def _seal(key: bytes, words: str) -> bytes:
    nonce = os.urandom(NONCE)
    head = b"\x01" + hashlib.sha256(key).digest()[:4] + nonce
    return head + AESGCM(key).encrypt(nonce, NO_SALT + words.encode(), None)


def _open(key: bytes, sealed: bytes) -> str:
    return AESGCM(key).decrypt(sealed[HEAD - NONCE : HEAD], sealed[HEAD:], None)[len(NO_SALT) :].decode()
