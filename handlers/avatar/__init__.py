"""The caller's picture: uploaded, served, removed."""

from handlers.avatar.routes import Avatar, AvatarFile
from server.feature import Feature

FEATURE = Feature(name="avatar", site=(("/api/avatar", Avatar), ("/avatars/([^/]+)", AvatarFile)))
