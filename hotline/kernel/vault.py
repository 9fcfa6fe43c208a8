"""Words kept sealed at rest, and signatures: AES-256-GCM and HMAC-SHA256 under keys derived from the installation's secret.

Knows nothing of what is sealed. Made by `web.bootstrap`, carried by `Database`; used by `tickets.timeline`, `anchors`
and `contact_marks`.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.kernel.errors import Unavailable

FORM = b"\x01"
"""First byte of what is sealed: which layout follows (form, key id, nonce, cipher text with tag)."""
KEY_BYTES, KEY_ID_BYTES, NONCE_BYTES = 32, 4, 12
MARK_DIGITS = 32
HEAD_BYTES = len(FORM) + KEY_ID_BYTES + NONCE_BYTES
SEAL_BYTES = HEAD_BYTES + 16
"""How much longer sealed bytes are: the head before them and GCM's tag behind."""


class KeyUnknown(Unavailable):
    """Something was sealed or signed with a secret that this installation no longer names, or it was altered."""

    code = "key-unknown"


class Vault:
    """Seals with the first secret, opens with any: a new secret goes in front, the old ones stay readable behind it."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """`secrets` newest first, at least one. Raises ValueError for none or an empty one."""
        if not secrets or not all(secrets):
            raise ValueError("a vault needs a secret")
        ciphers = [_derived(secret, b"hotline words") for secret in secrets]
        self._newest = _key_id(ciphers[0])
        self._ciphers = {_key_id(key): AESGCM(key) for key in reversed(ciphers)}
        self._signing = [_derived(secret, b"hotline signature") for secret in secrets]
        self._marking = [_derived(secret, b"hotline marks") for secret in secrets]

    def seal(self, plain: bytes) -> bytes:
        """The bytes unreadable without the secret; two seals of the same bytes differ."""
        nonce = os.urandom(NONCE_BYTES)
        return FORM + self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises KeyUnknown when no secret of ours opens it."""
        cipher = self._ciphers.get(sealed[len(FORM) : len(FORM) + KEY_ID_BYTES])
        if cipher is None or sealed[:1] != FORM:
            raise KeyUnknown("sealed with another secret", part="vault")
        try:
            return cipher.decrypt(sealed[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES], sealed[HEAD_BYTES:], None)
        except InvalidTag as error:
            raise KeyUnknown("sealed with another secret, or altered", part="vault") from error

    def sign(self, message: bytes) -> str:
        """64 hex digits that only a holder of the newest secret can make."""
        return _mac(self._signing[0], message)

    def has_signed(self, message: bytes, signature: str) -> bool:
        """Whether one of our secrets made that signature."""
        return any(hmac.compare_digest(_mac(key, message), signature) for key in self._signing)

    def marks(self, word: str) -> tuple[str, ...]:
        """The word as 32 hex digits under each of our secrets, newest first: found again by equality, never read."""
        return tuple(_mac(key, word.encode())[:MARK_DIGITS] for key in self._marking)


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:KEY_ID_BYTES]


def _mac(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()
