"""One search machinery for articles and tickets: analysis of text (pure), the port, and the backends that implement it."""
