"""Files of articles over HTTP: sent to a draft, opened by whoever may read the article; citizens those of public ones."""

from dataclasses import replace

from apiflask import APIBlueprint
from flask import Response, request, send_file

from hotline.kernel.errors import Invalid, NotFound
from knowledge_base import articles, search
from knowledge_base.content import AttachedFile, content_of
from knowledge_base.models import Article
from knowledge_base.search import Reader
from web import knowledge_terms
from web.api.knowledge import local_day
from web.api.knowledge_articles import WRITERS, shown, visible, writable
from web.api.schemas.knowledge_articles import WholeArticle
from web.auth import EVERYONE, allowed, public
from web.requests import container, reading, working

api = APIBlueprint("knowledge_files", __name__, url_prefix="/api/v1", tag="Knowledge")
NAME_MAX = 200


@api.post("/knowledge/articles/<int:article_id>/attachments")
@api.output(WholeArticle, status_code=201)
@allowed(*WRITERS)
def attach_file(article_id: int) -> WholeArticle:
    """Send a file (multipart field `file`) to a draft; the same file again is kept once."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("file", "required")
    limit = container().settings.upload_max_bytes
    with working() as uow:
        draft = writable(uow, article_id)
        stored = container().files.put(sent.stream, content_type=sent.mimetype, limit_bytes=limit)
        file = AttachedFile(stored.sha256, sent.filename[-NAME_MAX:], stored.content_type, stored.size_bytes)
        words = content_of(draft)
        others = tuple(each for each in words.attachments if each.sha256 != file.sha256)
        content = replace(words, attachments=(*others, file))
        article = articles.edit(uow, article_id, content, knowledge_terms.terms(uow), version=draft.version)
        return shown(uow.session, article)


@api.get("/knowledge/articles/<int:article_id>/attachments/<sha256>")
@allowed(*EVERYONE)
def open_file(article_id: int, sha256: str) -> Response:
    """A file of an article that the reader may see."""
    with reading() as session:
        found = _file(visible(session, article_id), sha256)
    return _sent(found)


@api.get("/public/articles/<int:article_id>/attachments/<sha256>")
@public
def open_public_file(article_id: int, sha256: str) -> Response:
    """A file of a public article that holds today."""
    with reading() as session:
        found = _file(search.read(session, article_id, reader=Reader.CITIZEN, today=local_day()), sha256)
    return _sent(found)


def _file(article: Article, sha256: str) -> AttachedFile:
    found = next((file for file in content_of(article).attachments if file.sha256 == sha256), None)
    if found is None:
        raise NotFound("attachment", thing="attachment")
    return found


def _sent(file: AttachedFile) -> Response:
    return send_file(
        container().files.open(file.sha256), mimetype=file.content_type, download_name=file.name, as_attachment=False
    )
