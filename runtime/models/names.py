"""What a model's folder is called in reports and messages: the name that people know it by."""

from __future__ import annotations

import re
from pathlib import Path

from .folders import cache_folder

_HUB = re.compile(r"models--(.+)")
_DIGEST = re.compile(r"(.+)-[0-9a-f]{8}")


def shown_name(folder: Path) -> str:
    """The name of a model: of a snapshot in the hub's cache its `owner/model`, of a converted file the file's."""
    if folder.parent.name == "snapshots":
        found = _HUB.fullmatch(folder.parent.parent.name)
        if found:
            return found[1].replace("--", "/")
    found = _DIGEST.fullmatch(folder.name) if folder.parent == cache_folder() else None
    return found[1] if found else folder.name
