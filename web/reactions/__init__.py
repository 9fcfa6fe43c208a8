"""Adapters between one package's events and another's functions, named in the table of `web/subscribers.py`."""
