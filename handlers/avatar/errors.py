"""The codes of pictures, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def not_an_image() -> APIError:
    """415 for an upload that is no picture of a kind we take, whatever it says it is."""
    return APIError(415, "NOT_AN_IMAGE", "The file is not a PNG, JPEG or WebP image")


def image_too_large(limit: str) -> APIError:
    """413 for a picture with more pixels than are drawn."""
    return APIError(413, "IMAGE_TOO_LARGE", f"The image is larger than {limit}")
