"""What features have to say of a user's members before sign-up and update-user read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct, structs


class Wish(Struct, frozen=True):
    """What a client says of a user: of a new one, or of their own, whose id `find_user_id` has where they are signed in."""

    members: dict[str, object]
    creating: bool
    find_user_id: Callable[[], Awaitable[str | None]]


Reviser = Callable[[Wish], Awaitable[dict[str, object]]]


class Profiles:
    """Asks the features' revisers in their order; each gets what the one before it made of the members."""

    def __init__(self) -> None:
        self._revisers: Sequence[Reviser] = ()

    def connect(self, revisers: Sequence[Reviser]) -> None:
        """Who is asked."""
        self._revisers = revisers

    async def revise(self, wish: Wish) -> dict[str, object]:
        """The members as they are to be read; raises the first refusal."""
        for revise in self._revisers:
            wish = structs.replace(wish, members=await revise(wish))
        return wish.members
