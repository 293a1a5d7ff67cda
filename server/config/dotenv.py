"""The `.env` beside the working folder, taken as it stands."""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import parse_stream

from server.errors import SettingsError


def read(folder: Path) -> dict[str, str]:
    """The variables of `folder/.env`, none where there is no such file; raises SettingsError naming the line."""
    path = folder / ".env"
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    wrong = next(
        (each.original.line for each in lines if each.error or (each.key and each.value is None)), None
    )
    if wrong is not None:
        raise SettingsError(f"{path}, line {wrong}, cannot be read: it takes NAME=value")
    return {each.key: each.value for each in lines if each.key is not None and each.value is not None}
