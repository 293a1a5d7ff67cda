"""The caller's picture: uploaded, served, removed."""

from handlers.avatar import pictures
from handlers.avatar.routes import Avatar, AvatarFile
from server.feature import Feature
from server.limits import Limit

FEATURE = Feature(
    name="avatar",
    optional=True,
    site=(("/api/avatar", Avatar), ("/avatars/([^/]+)", AvatarFile)),
    check=pictures.check,
    make=(pictures.open_pictures,),
    run=pictures.running,
    limits=(Limit("/api/avatar", 10, 60),),
    forget=pictures.forget,
    shared=("avatars",),
)
