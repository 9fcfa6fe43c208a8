"""The web process: gunicorn with one worker of many threads (notes in ARCHITECTURE.md), the container built after the fork."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from hotline.kernel import logs
from hotline.kernel.settings import Settings
from web.app import create_app
from web.bootstrap import build
from web.sockets import create_socketio

GRACE_SECONDS = 5


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Serves the application on the configured address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's own settings, all from ours."""
        chosen: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._settings.web_threads,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 120,
            "control_socket_disable": True,
            "proc_name": "hotline-web",
            "loglevel": "warning",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, in the worker."""
        logs.configure(self._settings.log_level, "web")
        container = build(self._settings)
        app = create_app(container)
        create_socketio(app, container)
        return app
