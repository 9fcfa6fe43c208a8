"""Articles, their search, and instant answers. Knows only hotline.kernel."""
