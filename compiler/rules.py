"""The pages of diagnostics: what each code means, an example, and what to write instead.

They stand in `lang/pages.md`, one section per code; `sglc rule` prints them, and the tests compile every
example in them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

_HEADING = re.compile(r"^## (SGL\d{4}): .+$", re.MULTILINE)


@lru_cache(maxsize=1)
def _pages() -> dict[str, str]:
    text = resources.files("sglc.lang").joinpath("pages.md").read_text(encoding="utf-8")
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
