"""`sglc rule CODE`: the page of a diagnostic."""

from __future__ import annotations

from ...ir.values.numerals import whole
from ..console.failures import UsageError
from ..console.rules import codes, page_of
from ..console.terminal import put, write_out


def rule(code: str | None = None) -> int:
    """Print the page of a diagnostic, or the list of all.

    Parameters
    ----------
    code
        For example `SGL0104`, or `PFX101` for a rule of lint.
    """
    if code is None:
        for known in codes():
            title = page_of(known).splitlines()[0].removeprefix("# ").removeprefix(f"{known}: ")
            put(f"{known}  {title}")
        return 0
    wanted = code.upper()
    if wanted.startswith("PFX"):
        return _lint_rule(wanted)
    number = whole(wanted)
    wanted = wanted if number is None else f"SGL{number:04}"
    if wanted not in codes():
        raise UsageError("SGL2028", f"there is no rule `{code}`", "`sglc rule` lists them all")
    write_out(page_of(wanted))
    return 0


def _lint_rule(code: str) -> int:
    from ..lint.rules import BY_CODE
    from ..lint.rules import page_of as lint_page

    if code not in BY_CODE:
        raise UsageError("SGL2028", f"there is no rule `{code}`", "`sglc rules` lists them all")
    write_out(lint_page(code))
    return 0
