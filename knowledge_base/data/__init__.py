"""Data of the trade that comes with the package."""
