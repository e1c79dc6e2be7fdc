"""Images of a prompt as chat services take them: by their address, or as base64 with their kind."""

from __future__ import annotations

import base64
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from ..backend import BackendError

MOST_BYTES = 32 * 1024 * 1024
_ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: its address, or its kind (`image/png`) with its bytes in base64."""

    address: str = ""
    kind: str = ""
    data: str = ""

    @property
    def url(self) -> str:
        """The address, or one that holds the image itself."""
        return self.address or f"data:{self.kind};base64,{self.data}"


def picture_of(source: str) -> Picture:
    """The image at an address, in a `data:` address, or in a file. Raises BackendError (3110)."""
    if source.startswith(_ADDRESSES):
        return Picture(address=source)
    if source.startswith("data:"):
        head, _, data = source.removeprefix("data:").partition(",")
        kind, _, coding = head.partition(";")
        if not kind.startswith("image/") or coding != "base64":
            raise _unread("a `data:` address", "is none of an image in base64")
        return Picture(kind=kind, data=data)
    return _of_file(Path(source).expanduser())


def _of_file(path: Path) -> Picture:
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not kind.startswith("image/"):
        raise _unread(f"`{path}`", "is no image by its name")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _unread(f"`{path}`", f"has more than {MOST_BYTES} bytes")
        return Picture(kind=kind, data=base64.b64encode(path.read_bytes()).decode())
    except OSError as error:
        raise _unread(f"`{path}`", f"can't be read: {error.strerror}") from None


def _unread(what: str, why: str) -> BackendError:
    help = "an image is a file such as `a.png`, an address, or a `data:image/...;base64,` address"
    return BackendError("3110", f"{what} {why}", help)
