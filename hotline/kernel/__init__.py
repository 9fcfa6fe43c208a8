"""What everything stands on and that knows nothing of tickets: settings, database, events, outbox, plug-ins, search."""
