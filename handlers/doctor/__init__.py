"""`ai-editor doctor`: looks at all that a server needs, and changes nothing."""

from handlers.doctor import commands
from server.feature import Feature

FEATURE = Feature(name="doctor", commands=(commands.doctor,))
