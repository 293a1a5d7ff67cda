"""How somebody signed in last, for the page to say so the next time; better-auth's plugin of that name."""

from handlers.last_login_method.methods import say
from server.feature import Feature

FEATURE = Feature(name="last-login-method", plugin=True, beside=say)
