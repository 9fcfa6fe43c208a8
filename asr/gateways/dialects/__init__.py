"""What peers say on the WebSocket door, one module a family; `choosing` has the table."""
