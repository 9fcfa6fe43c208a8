"""The claim and its life: states, assignments, requests, timeline."""
