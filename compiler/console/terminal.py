"""What is sent to a terminal or a pipe: text that can't steer a terminal, to streams that may be gone.

Models, servers, files and keys say what they like; a control character of theirs is shown as its code, and a
credential not at all. All that commands print goes through `tell` and `write_out`.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

from ...runtime.secrets import without_secrets

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 without tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # what turns the direction of text, or ends a line
    "\ud800-\udfff]"  # halves of characters, which no encoding takes
    "|\r(?!\n)"
)


_COLOUR = re.compile("(\x1b\\[[0-9;]*m)")


def plain(text: str) -> str:
    """Text as a terminal may have it: control characters as their codes, `\\x1b` for an escape."""
    return _CONTROL.sub(_code, text)


def _coloured(text: str) -> str:
    """The same for text with colours, which stay."""
    pieces = _COLOUR.split(text)
    return "".join(piece if at % 2 else plain(piece) for at, piece in enumerate(pieces))


def _code(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def shown(text: str) -> str:
    """Text of others as a message may have it: no control characters, no credentials."""
    return plain(without_secrets(text))


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
