"""Words of other languages where this one has another way to say it."""

from __future__ import annotations

from .errors import Repair, unexpected
from .place import Place


def foreign_word(place: Place) -> Repair | None:
    """A statement of another language: a word, and then nothing that a name could have after it."""
    word = place.first
    following = place.tokens[place.line + 1].type if place.line + 1 < place.end else ""
    if word.value not in FOREIGN_WORDS or following in ("_ASSIGN", "_DOT", "_LSQB"):
        return None
    is_far = place.at > place.line + 1
    if is_far and (word.type != "NAME" or (following == "_COLON" and word.value not in _OPENING)):
        return None
    return unexpected(word, FOREIGN_WORDS[word.value])


_OPENING = ("try", "finally", "except", "lambda")
"""Those with a colon right behind them, which looks like the type of a name."""
FOREIGN_WORDS = {
    "def": "programs are declared with `program`, host functions with `extern def`",
    "class": "records are declared with `type Name = {field: str}`",
    "function": "programs are declared with `program name(param: str) -> str:`",
    "from": 'files are imported with `import "path.sgl" as name`',
    "import": 'files are imported with `import "path.sgl" as name`',
    "let": "a name is bound with `name = value`",
    "const": 'a constant text is `text NAME = "..."`',
    "var": "a name is bound with `name = value`",
    "async": "programs run concurrently by themselves: `fork` and `parallel`",
    "await": "calls are awaited by themselves",
    "with": "turns are opened with `user:` and the like",
    "try": "a failed call fails its row; an answer of an optional type (`T?`) is `none` where it "
    "was cut short",
    "except": "a failed call fails its row; nothing is caught inside a program",
    "finally": "a failed call fails its row; nothing is caught inside a program",
    "raise": "a program fails where a host function does; or return an optional value (`T?`)",
    "assert": "a test says `expect`; a program has no assertions",
    "del": "names stay bound: bind another value",
    "global": "what a program needs is a parameter, what it gives is returned",
    "nonlocal": "what a program needs is a parameter, what it gives is returned",
    "yield": "a program returns one value; a fork gives a list, one entry per arm",
    "lambda": "there are no functions inside of programs: write a comprehension or a `for` loop",
    "print": "an expression statement appends to the prompt; `return` gives a value to the caller",
    "do": "write `while condition max 8:`",
    "elseif": "another condition is an `elif`",
    "switch": "write `if` and `elif`",
    "match": "write `if` and `elif`",
}


def identity(place: Place) -> Repair | None:
    """`x is None`."""
    if place.token.value != "is":
        return None
    return unexpected(place.token, "`==` compares, also with `none`")


def inner_function(place: Place) -> Repair | None:
    """`lambda x: x`, inside of an expression."""
    if place.before is None or place.before.value != "lambda":
        return None
    return unexpected(place.before, FOREIGN_WORDS["lambda"])
