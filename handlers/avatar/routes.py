"""POST and DELETE /api/avatar, GET /avatars/:name."""

from __future__ import annotations

from dataclasses import replace

from tornado.web import HTTPError

from handlers.avatar.pictures import Pictures
from server import clock
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, signed_in
from server.http.handler import BaseHandler
from server.model import SignedIn
from server.protocol import schemas
from server.store import users

YEAR = 31536000
_MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")


class Avatar(ApiHandler):
    """The caller's own picture; better-auth has no upload, so this is ours beside its API."""

    # The body is the picture itself; its content says what it is, not its header.
    reads_body = False

    @signed_in(authoritative=True)
    @answers(schemas.members({"image": schemas.STRING}), media_types=_MEDIA_TYPES, refused=(413, 415, 507))
    async def post(self, who: SignedIn) -> None:
        """Answers `{image}`, the address that is now the user's."""
        pictures = self.services.of(Pictures)
        picture = await pictures.draw(who.user.id, self.request.body)
        async with pictures.changing(who.user.id):
            address = await pictures.store(who.user.id, picture)
            await self._replace(who, address)
        self.answer({"image": address})

    @signed_in(authoritative=True)
    @answers(schemas.members({"image": schemas.NULL}))
    async def delete(self, who: SignedIn) -> None:
        """Answers `{image: null}`."""
        async with self.services.of(Pictures).changing(who.user.id):
            await self._replace(who, None)
        self.answer({"image": None})

    async def _replace(self, who: SignedIn, address: str | None) -> None:
        """The old file goes once nothing names it any more."""
        services = self.services
        changed = replace(who.user, image=address, updated_at=clock.now())
        async with services.sessions.store.changing(services.db) as tx:
            await users.update_profile(tx, changed, {"image"})
            await services.sessions.user_changed(tx, who.user.id)
        self.set_session(SignedIn(who.session, changed))
        await services.of(Pictures).remove(who.user.id, who.user.image)


class AvatarFile(BaseHandler):
    """A picture; whoever has its address may see it."""

    @public
    async def get(self, name: str) -> None:
        """A WebP that never changes; no browser takes it for anything else. S33."""
        picture = await self.services.of(Pictures).read(name)
        if picture is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "image/webp")
        self.set_header("Cache-Control", f"public, max-age={YEAR}, immutable")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.finish(picture)
