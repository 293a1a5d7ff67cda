"""Several people signed in at one browser, of whom one is there at a time; better-auth's plugin of that name."""

from handlers.multi_session.device import keep, observer, open_device
from handlers.multi_session.routes import ListDeviceSessions, RevokeDeviceSession, SetActiveSession
from server.feature import Feature

FEATURE = Feature(
    name="multi-session",
    plugin=True,
    api=(
        ("/multi-session/list-device-sessions", ListDeviceSessions),
        ("/multi-session/set-active", SetActiveSession),
        ("/multi-session/revoke", RevokeDeviceSession),
    ),
    make=(open_device,),
    observer=observer,
    beside=keep,
)
