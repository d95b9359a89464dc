"""Signing in: by a provider of OpenID Connect, or by a link; and the session of a browser that comes of it."""
