"""Ways in: each channel turns what it receives into an `Intake` and can send words back. Free of web frameworks."""
