"""The codes of pictures, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def not_an_image() -> APIError:
    """415 for an upload that is no picture of a kind we take, whatever it says it is."""
    return APIError(415, "NOT_AN_IMAGE", "The file is not a PNG, JPEG or WebP image")


def image_too_large(limit: str) -> APIError:
    """413 for a picture with more pixels than are drawn."""
    return APIError(413, "IMAGE_TOO_LARGE", f"The image is larger than {limit}")


def image_too_complex() -> APIError:
    """413 for a picture that takes more work or memory than any honest one. S46."""
    return APIError(413, "IMAGE_TOO_COMPLEX", "The image takes too much work to read")


def not_drawn(why: str, limit: str) -> APIError:
    """What is told of a picture that is not drawn."""
    if why == "too large":
        return image_too_large(limit)
    return not_an_image() if why == "no picture" else image_too_complex()


def storage_full() -> APIError:
    """507 where SHARED_DIR has no room for another file."""
    return APIError(507, "STORAGE_FULL", "There is no room to store the image")


def storage_unavailable() -> APIError:
    """503 where SHARED_DIR cannot be written in, for as long as nobody mends that."""
    return APIError(
        503, "STORAGE_UNAVAILABLE", "The image cannot be stored at the moment", {"Retry-After": "60"}
    )
