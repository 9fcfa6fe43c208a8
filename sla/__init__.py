"""How long, and whether it was good: calendar, policies, clocks, call-backs."""
