"""The providers of better-auth 1.7.25: what each is like, by its id."""

from handlers.social.providers import companies, elsewhere, largest, openid, peculiar, workshops
from handlers.social.providers.kinds import Kind

KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        *largest.KINDS,
        *workshops.KINDS,
        *openid.KINDS,
        *companies.KINDS,
        *elsewhere.KINDS,
        *peculiar.KINDS,
    )
}
