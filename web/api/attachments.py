"""Files over HTTP: sent once, opened by an unguessable token by whoever may see the ticket."""

import secrets

from apiflask import APIBlueprint
from flask import Response, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid, NotFound
from hotline.tickets import queries, rights
from hotline.tickets.models import Attachment
from hotline.tickets.rights import ORIGINS, Right
from web.api import present
from web.api.schemas.base import Attachment as AttachmentShape
from web.auth import EVERYONE, allowed
from web.requests import actor, container, reading, scope, working

api = APIBlueprint("attachments", __name__, url_prefix="/api/v1", tag="Attachments")
KINDS = frozenset({"evidence", "licence", "contact_proof", "handling"})
NAME_MAX = 200


@api.post("/attachments")
@api.output(AttachmentShape, status_code=201)
@allowed(*EVERYONE)
def send_attachment() -> AttachmentShape:
    """Send a file (multipart field `file`, field `kind`); give its token to a ticket, an addition or a reply."""
    with working() as uow:
        return keep(uow, request.files.get("file"), request.form.get("kind", "evidence"))


@api.get("/attachments/<token>")
@allowed(*EVERYONE)
def open_attachment(token: str) -> Response:
    """The file itself."""
    with reading() as session:
        found = _visible(session, token)
    stream = container().files.open(found.sha256)
    return send_file(stream, mimetype=found.content_type, download_name=found.name, as_attachment=False)


@api.get("/attachments/<token>/thumbnail")
@allowed(*EVERYONE)
def open_thumbnail(token: str) -> Response:
    """A small JPEG of a picture."""
    with reading() as session:
        found = _visible(session, token)
    return Response(container().files.thumbnail(found.sha256), mimetype="image/jpeg")


def keep(uow: UnitOfWork, sent: FileStorage | None, kind: str) -> AttachmentShape:
    """Store a sent file that belongs to no ticket yet. Raises Invalid, TooLarge."""
    if sent is None or not sent.filename:
        raise Invalid("file", "required")
    if kind not in KINDS:
        raise Invalid("kind", "unknown-choice", given=kind, allowed=sorted(KINDS))
    limit = container().settings.upload_max_bytes
    stored = container().files.put(sent.stream, content_type=sent.mimetype, limit_bytes=limit)
    row = Attachment(
        token=secrets.token_urlsafe(24),
        sha256=stored.sha256,
        name=sent.filename[-NAME_MAX:],
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        kind=kind,
        at=uow.now,
        officer_id=actor().officer_id,
    )
    uow.session.add(row)
    uow.session.flush()
    return present.attachments([row])[0]


def _visible(session: Session, token: str) -> Attachment:
    found = session.scalars(select(Attachment).where(Attachment.token == token)).one_or_none()
    if found is None:
        raise NotFound("attachment", thing="attachment")
    if found.ticket_id is not None:
        ticket = queries.get_visible(session, scope(), found.ticket_id)
        if found.kind in ORIGINS and not rights.may(scope(), Right.SEE_ATTACHMENTS, ticket):
            raise NotFound("attachment", thing="attachment")
    elif found.officer_id != scope().officer_id:
        raise NotFound("attachment", thing="attachment")
    return found
