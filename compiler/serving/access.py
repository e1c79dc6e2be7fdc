"""Who may reach a server, from the command line: its address, its keys, and the names that it answers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...ir.values.numerals import whole
from ...runtime.server.front import local_hosts
from ...runtime.server.keys import Key, Keys, checked, read_key_file
from ...runtime.server.run import Address
from ..console.failures import UsageError
from ..console.knobs import API_KEY


@dataclass(frozen=True, slots=True)
class Access:
    """An address, the keys that are asked for there, and the names that it is reached by (None: any)."""

    address: Address
    keys: Keys
    hosts: frozenset[str] | None


def access_of(listen: str, key_file: Path | None, names: Sequence[str] = ()) -> Access:
    """What the options say. Raises UsageError (SGL2071, SGL2072, SGL2073), OSError."""
    address, keys = address_of(listen), _keys(key_file)
    if not keys and not address.is_loopback:
        raise UsageError(
            "SGL2072",
            f"`{address.host}` is reached from other machines, and no API key is asked for",
            f"`--api-keys FILE` names a file with a line `NAME KEY` for each key, or `{API_KEY.name}` holds one",
        )
    hosts = None if keys and not names else local_hosts() | {address.host, *names}
    return Access(address, keys, hosts)


def address_of(text: str) -> Address:
    """`HOST:PORT`, or one of the two. Raises UsageError (SGL2073)."""
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = ("", text) if whole(text) is not None else (text, "")
    elif text.startswith("[") and text.endswith("]"):
        host, port = text, ""
    number = whole(port)
    if port and (number is None or number > 65535):
        raise UsageError("SGL2073", f"`{text}` is no address", "write `--listen 127.0.0.1:30000`")
    usual = Address()
    return Address(host.strip("[]") or usual.host, usual.port if number is None else number)


def _keys(file: Path | None) -> Keys:
    alone = API_KEY.read()
    try:
        if file is not None:
            return read_key_file(file)
        return checked([Key("admin", alone)], f"`{API_KEY.name}`") if alone else Keys()
    except ValueError as error:
        raise UsageError(
            "SGL2071", str(error), "each line is `NAME KEY`; `openssl rand -hex 32` makes a key"
        ) from None
