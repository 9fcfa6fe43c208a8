"""Which unit: catalogue, routing, and linkage with 110 and other platforms."""
