"""`sglc env`: versions and the environment variables that are read, for reports."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from sglc import __version__

from ..console.knobs import KNOBS, SECRET, Knob
from ..console.terminal import put

PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "xgrammar",
    "triton",
    "networkx",
    "msgspec",
    "lark",
)


def env() -> int:
    """List versions, and the environment variables that are read."""
    put(f"sglc {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for name in PACKAGES:
        put(f"  {name:13} {_version(name)}")
    put()
    for knob in KNOBS:
        put(f"{knob.name}={_shown(knob)}\n  {knob.does}")
    return 0


def _shown(knob: Knob) -> str:
    value = knob.read()
    return "(set)" if value and knob.name.endswith(SECRET) else value


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
