"""What is sent to a terminal or a pipe: text that can't steer a terminal, to streams that may be gone.

Models, servers, files and keys say what they like; a control character of theirs is shown as its code, and a
credential not at all. All that commands print goes through `tell` and `write_out`.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

from ...runtime.shown import plain, shown

_COLOUR = re.compile("(\x1b\\[[0-9;]*m)")


def _coloured(text: str) -> str:
    """The same for text with colours, which stay."""
    pieces = _COLOUR.split(text)
    return "".join(piece if at % 2 else plain(piece) for at, piece in enumerate(pieces))


def tell(text: str) -> None:
    """One message on stderr. A stderr that is closed or full is no reason to fail."""
    tell_as_is(shown(text))


def tell_as_is(text: str) -> None:
    """A message that holds colours of ours; whatever is not ours went through `shown`."""
    stream = sys.stderr
    if stream is None:  # closed before we began; `print` would take stdout instead
        return
    try:
        stream.write(text + "\n")
        stream.flush()
    except UnicodeError:
        _tell_ascii(stream, text)
    except (OSError, ValueError):
        pass


def _tell_ascii(stream: TextIO, text: str) -> None:
    try:
        stream.write(ascii(text)[1:-1] + "\n")
    except (OSError, ValueError):
        pass


def has_colour() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def put(text: str = "") -> None:
    """A line of text on stdout. Raises OSError, as `write_out` does."""
    write_out(text + "\n")


def write_out(data: str | bytes, *, coloured: bool = False) -> None:
    """Data on stdout, as UTF-8 whatever the locale. On a terminal control characters are shown as their codes.

    `coloured`: but for the codes of colours, which are ours. Raises OSError where stdout is closed or full,
    BrokenPipeError where nobody reads on.
    """
    stream = sys.stdout
    if stream is None:
        raise OSError(9, os.strerror(9), "<stdout>")
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) and stream.isatty() else data
    if isinstance(text, str):
        shield = _coloured if coloured else plain
        text = (shield(text) if stream.isatty() else text).encode("utf-8", "backslashreplace")
    _write(stream, text)


def _write(stream: TextIO, data: bytes) -> None:
    binary = getattr(stream, "buffer", None)
    try:
        if binary is None:  # a stand-in, as tests and notebooks have
            stream.write(data.decode("utf-8"))
        else:
            stream.flush()
            binary.write(data)
        stream.flush()
    except ValueError:  # closed meanwhile
        raise OSError(9, os.strerror(9), "<stdout>") from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, "<stdout>") from None
