"""A mail to the owner when somebody signs in from where nobody did before. S15."""

from handlers.new_device import devices
from server.feature import Feature
from server.mail import Email

FEATURE = Feature(
    name="new-device",
    optional=True,
    make=(devices.open_devices,),
    observer=devices.observer,
    emails=(Email("new-device"),),
)
