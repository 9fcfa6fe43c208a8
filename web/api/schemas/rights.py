"""The table of rights."""

from pydantic import Field

from web.api.schemas.base import Shape


class RightRule(Shape):
    """These roles may do `what` where they stand in this relation to a ticket of one of the levels."""

    kind: str = Field(description="right, ticket, assignment or order")
    what: str
    relation: str
    levels: list[str]
    roles: list[str]


class Rights(Shape):
    """All words of the table, and what is allowed."""

    roles: list[str]
    relations: list[str]
    levels: list[str]
    rules: list[RightRule]
