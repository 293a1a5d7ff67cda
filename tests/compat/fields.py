"""Additional fields of users and sessions, in better-auth's words."""

from __future__ import annotations

from typing import Any

# One column of each kind, and one for each thing that can be said of a column.
USER_FIELDS: dict[str, dict[str, Any]] = {
    "nickname": {"type": "string", "required": False},
    "level": {"type": "number", "required": False, "defaultValue": 1},
    "beta": {"type": "boolean", "required": False, "defaultValue": False},
    "birthday": {"type": "date", "required": False},
    "taste": {"type": "json", "required": False},
    "tags": {"type": "string[]", "required": False},
    "scores": {"type": "number[]", "required": False},
    "role": {"type": "string", "required": False, "defaultValue": "user", "input": False},
    "plan": {"type": "string", "required": False, "input": False},
    "note": {"type": "string", "required": False, "returned": False},
}
SESSION_FIELDS: dict[str, dict[str, Any]] = {
    "activeOrganizationId": {"type": "string", "required": False},
    "visits": {"type": "number", "required": False, "defaultValue": 0},
    "trusted": {"type": "boolean", "required": False},
    "since": {"type": "date", "required": False},
    "extra": {"type": "json", "required": False},
    "impersonatedBy": {"type": "string", "required": False, "input": False},
    "hidden": {"type": "string", "required": False, "returned": False},
}
NEEDED_FIELDS: dict[str, dict[str, Any]] = {
    "invite": {"type": "string", "required": True},
    "title": {"type": "string", "required": True, "defaultValue": "Dr"},
}
# What authenticators call the application.
FIELDS: dict[str, Any] = {
    "user_fields": USER_FIELDS,
    "session_fields": SESSION_FIELDS,
    "tables": "columns",
}
