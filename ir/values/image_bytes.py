"""An image as a text: its path, its address, or one that holds its bytes, by what files of its kind begin with."""

from __future__ import annotations

import base64
import os
from typing import cast

_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)


def source_of(image: object) -> str:
    """An image as its path, its address, or what it holds. Raises ValueError for bytes that are no image, TypeError."""
    if isinstance(image, bytes):
        return _held(image)
    if isinstance(image, bytearray):
        return _held(bytes(image))
    if isinstance(image, str | os.PathLike):
        return os.fspath(cast("str | os.PathLike[str]", image))
    raise TypeError(f"an image is a path, an address, or its bytes, not {image!r}")


def _held(data: bytes) -> str:
    kind = next((name for begin, name in _KINDS if data.startswith(begin)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "webp"
    if not kind:
        raise ValueError("these bytes are no image: PNG, JPEG, GIF, WebP and BMP are known")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
