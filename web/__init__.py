"""Every entry point and all wiring: HTTP, Socket.IO, worker, command line, migrations. Nothing imports web."""
