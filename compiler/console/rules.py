"""The pages of diagnostics: what each code means, an example, and what to write instead.

They stand in the `pages.md` of `lang`, `compiler` and `runtime`, one section per code; `sglc rule` prints them,
and the tests compile every example of the language's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

PACKAGES = ("sglc.lang", "sglc.compiler", "sglc.runtime")
"""The packages that may hold a `pages.md`."""

_HEADING = re.compile(r"^## (SGL\d{4}): .+$", re.MULTILINE)


@lru_cache(maxsize=1)
def _pages() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in PACKAGES:
        file = resources.files(package).joinpath("pages.md")
        if file.is_file():
            found |= _sections(file.read_text(encoding="utf-8"))
    return found


def _sections(text: str) -> dict[str, str]:
    """The sections of a file by code."""
    heads = list(_HEADING.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {
        head[1]: text[head.start() : end].removeprefix("#").rstrip() + "\n"
        for head, end in zip(heads, ends, strict=True)
    }


def codes() -> list[str]:
    """The codes that have a page, in order."""
    return sorted(_pages())


def page_of(code: str) -> str:
    """The page of a code, as Markdown. Raises KeyError."""
    return _pages()[code]
