"""How long, and whether it was good: calendar, limits, clocks, alarms, call-backs, service marks."""
