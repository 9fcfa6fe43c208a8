"""Names of a call's legs. The caller's audio comes under the call's own id, the agent's under one made from it.   Pure.

So an exchange needs no answer from us before it sends the second stream: it can compute the name as well.
"""

import uuid

from asr.session import CALLER

FOREIGN = uuid.uuid5(uuid.NAMESPACE_URL, "urn:hotline:foreign-call")


def leg_id(call_id: uuid.UUID, role: str) -> uuid.UUID:
    """The id under which that party's audio may come: UUID version 5 of the role in the call's id."""
    return call_id if role == CALLER else uuid.uuid5(call_id, role)


def call_id_of(given: str) -> uuid.UUID:
    """The exchange's name of a call as an id: itself when it is a UUID, else always the same one for the same name."""
    try:
        return uuid.UUID(given)
    except ValueError:
        # JSON may hold half of a character's surrogates, which no encoding takes.
        return uuid.uuid5(FOREIGN, given.encode("utf-8", "replace").decode())
