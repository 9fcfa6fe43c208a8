"""The invented city 云泽市: seeded data that shows every room of the house."""
