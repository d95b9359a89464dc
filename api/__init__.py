"""How others reach the platform: HTTP and GraphQL."""
