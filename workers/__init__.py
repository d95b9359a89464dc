"""The loops that run beside the api."""
