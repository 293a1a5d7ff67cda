"""The audit log in the database: kept with each change, chained, shown to the person it is about. S36 S37."""

from handlers.audit import chain, commands, trail
from handlers.audit.routes import Activity
from server.feature import Check, Feature

FEATURE = Feature(
    name="audit",
    optional=True,
    site=(("/api/activity", Activity),),
    make=(trail.open_trail,),
    commands=(commands.audit,),
    run=trail.running,
    doctor=(Check("audit log", chain.examine, rows=True),),
)
