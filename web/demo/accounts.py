"""Whom a visitor of the demo city may sign in as: one login per role, in the order of a request's way."""

ONE_PER_ROLE = (
    "agent1",
    "dispatcher1",
    "qingtang-urban-management",
    "shuiwu",
    "guiying",
    "zhujian-section",
    "zhujian-signing",
    "callback1",
    "auditor1",
    "supervisor1",
    "leader1",
    "manager1",
    "editor1",
    "cityadmin",
)
