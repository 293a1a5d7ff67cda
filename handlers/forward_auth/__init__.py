"""Tells a proxy who is signed in, for applications behind it that have no sign-in of their own."""

from handlers.forward_auth.routes import PATH, ForwardAuth
from server.feature import Feature

FEATURE = Feature(name="forward-auth", optional=True, site=((PATH, ForwardAuth),))
