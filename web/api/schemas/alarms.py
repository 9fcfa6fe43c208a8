"""Shapes of alarms."""

from datetime import datetime

from web.api.schemas.base import Shape


class HeldRow(Shape):
    """So many alarms of one point that a cap holds back from one receiver."""

    receiver: str
    channel: str
    point: str
    count: int
    since: datetime


class HeldAlarms(Shape):
    """All that caps hold back now."""

    items: list[HeldRow]
