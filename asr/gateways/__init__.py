"""Audio in from the outside, one module per protocol."""
