"""Outside partners: the protocol they share and one module per kind."""
