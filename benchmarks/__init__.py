"""Measurements beside a peer, in one run; `python -m benchmarks` prints the table."""
