"""Who: units as a tree, officers, roles, citizens, and what each may see and do."""
