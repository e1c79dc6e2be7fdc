"""The names that programs import from `sglang.utils`: files of rows, and where states are written."""

from __future__ import annotations

import json
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .ir.diagnostic import CompileFailed, Diagnostic

_SERVERS = frozenset(
    {
        "execute_shell_command",
        "launch_server_cmd",
        "terminate_process",
        "wait_for_server",
        "print_highlight",
    }
)


def read_jsonl(filename: str) -> Iterator[Any]:
    """The rows of a file of JSON lines; lines that begin with `#` are passed over."""
    with Path(filename).open(encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield json.loads(line)


def dump_state_text(filename: str, states: Iterable[Any], mode: str = "w") -> None:
    """Write the text of each state, or each text, under a heading with its number."""
    with Path(filename).open(mode, encoding="utf-8") as file:
        for number, state in enumerate(states):
            text = state if isinstance(state, str) else state.text()
            file.write(f"{'=' * 40} {number} {'=' * 40}\n{text}\n{'=' * 80}\n\n")


def download_and_cache_file(url: str, filename: str | None = None) -> str:
    """A file of the network, fetched once; the path where it is."""
    name = filename or str(Path(tempfile.gettempdir()) / url.rpartition("/")[2])
    if not Path(name).exists():
        urllib.request.urlretrieve(url, name)
    return name


def __getattr__(name: str) -> Any:
    """Names of SGLang's that start servers. Raises CompileFailed (SGL0590); AttributeError for all others."""
    if name in _SERVERS:
        help = "`sglc.Engine()` runs a model in this process; `sglc serve` is a server of its own"
        headline = f"`utils.{name}`: no server is started from a program"
        raise CompileFailed([Diagnostic("SGL0590", headline, helps=(help,))])
    raise AttributeError(f"`sglc.utils` has no `{name}`; there are {', '.join(_NAMES)}")


_NAMES = ("download_and_cache_file", "dump_state_text", "read_jsonl")
