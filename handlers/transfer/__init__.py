"""People who move in from another server, and out again: `ai-editor user import` and `user export`."""

from handlers.transfer import commands
from server.feature import Feature

FEATURE = Feature(name="transfer", verbs=(("user", commands.import_users), ("user", commands.export_users)))
