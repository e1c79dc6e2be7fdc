"""Functions of the language, with each of their arguments left out: what is missing is named, whatever is given."""

from __future__ import annotations

import itertools

import pytest

from sglc.ir.span import Source
from sglc.lang.check.builtin_types import BUILTINS
from sglc.lang.compile import compile_source

CASES = [
    (name, given, next(param for param, _ in builtin.params if param not in given))
    for name, builtin in BUILTINS.items()
    for count in range(len(builtin.params))
    for given in itertools.combinations([param for param, _ in builtin.params], count)
    if any(param not in given for param, _ in builtin.params[: builtin.required])
    or list(given) != [param for param, _ in builtin.params[:count]]
]


@pytest.mark.parametrize(("name", "given", "absent"), CASES, ids=str)
def test_the_first_that_is_missing_is_named(name: str, given: tuple[str, ...], absent: str) -> None:
    args = ", ".join(f'{param}="x"' for param in given)
    text = f'program p() -> str:\n    x = {name}({args})\n    return "a"\n'
    _, diagnostics = compile_source(Source("t.sgl", text))
    assert [(d.code, d.headline) for d in diagnostics][:1] == [
        ("SGL0109", f"`{name}` lacks `{absent}`")
    ]
