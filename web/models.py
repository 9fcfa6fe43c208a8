"""Every table of every package, imported in one place for migrations and tests."""

import importlib

from sqlalchemy import MetaData

from hotline.kernel.db import Base

MODULES = (
    "hotline.kernel.events",
    "hotline.people.models",
    "hotline.tickets.models",
    "hotline.intake.models",
    "hotline.insight.models",
    "asr.models",
    "knowledge_base.models",
    "knowledge_base.feedback",
    "knowledge_base.noticeboard",
    "knowledge_base.wordlists",
    "hotline.insight.models",
    "dispatch.models",
    "sla.models",
    "sla.opinions",
)


def metadata() -> MetaData:
    """The metadata with all tables known."""
    for name in MODULES:
        importlib.import_module(name)
    return Base.metadata
