"""Beginning a real city: the first unit, its administrator, and the lists every city starts from."""
