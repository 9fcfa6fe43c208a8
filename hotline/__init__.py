"""The ticketing core: who (people), the claim (tickets), how it comes in (intake), what managers read (insight)."""
