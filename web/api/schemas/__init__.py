"""Shapes of requests and answers of /api/v1, one module a noun. OpenAPI and the pages' TypeScript types are made from them."""
