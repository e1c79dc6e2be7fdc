"""`assert_prefix_stable`: the scenarios that teams write by hand, as one assertion about what builds their requests.

A builder is any function that gives a request body, a list of messages, or a text. It may take `conversation`
(or `messages`, `history`) and `tools`; scenarios that need what it doesn't take are left out. On failure the
message shows the first differing bytes.
"""

from __future__ import annotations

import inspect
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, get_args

from .clock_shift import shifted_clock
from .logs.differences import common, excerpt
from .logs.logged import logged
from .logs.units import Request, request_of

Scenario = Literal[
    "next turn", "hash seed", "another day", "another folder", "tool order", "compaction"
]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
Builder = Callable[..., Any]
Message = dict[str, Any]

CONVERSATION: tuple[Message, ...] = (
    {"role": "user", "content": "Is the library open on Sunday?"},
    {"role": "assistant", "content": "Yes, from ten to four."},
    {"role": "user", "content": "And on holidays?"},
    {"role": "assistant", "content": "No."},
    {"role": "user", "content": "Thank you. Can I renew a book by telephone?"},
)
_HISTORIES = ("conversation", "messages", "history", "turns")


def assert_prefix_stable(
    build: Builder,
    scenarios: Sequence[Scenario] | None = None,
    *,
    conversation: Sequence[Message] = CONVERSATION,
    tools: Sequence[Any] = (),
) -> None:
    """Assert that what `build` gives keeps its prefix. Raises AssertionError, ValueError for an unknown scenario."""
    for name in scenarios or ():
        if name not in SCENARIOS:
            raise ValueError(f"there is no scenario `{name}`; there are {', '.join(SCENARIOS)}")
    given = _Given(build, [dict(m) for m in conversation], list(tools))
    for name in scenarios or given.possible():
        _CHECKS[name](given)


class _Given:
    """A builder, and what it is given."""

    def __init__(self, build: Builder, conversation: list[Message], tools: list[Any]) -> None:
        self.build, self.conversation, self.tools = build, conversation, tools
        names = inspect.signature(build).parameters
        self.history = next((name for name in _HISTORIES if name in names), None)
        self.takes_tools = "tools" in names

    def possible(self) -> list[Scenario]:
        """The scenarios that the builder can be put into."""
        found: list[Scenario] = ["another day", "another folder"]
        if self.history:
            found.append("next turn")
            found.append("compaction")
        if self.takes_tools and len(self.tools) > 1:
            found.append("tool order")
        if _is_importable(self.build):
            found.append("hash seed")
        return found

    def request(
        self, messages: Sequence[Message] | None = None, tools: Sequence[Any] | None = None
    ) -> Request:
        """What the builder gives."""
        held = self.conversation if messages is None else messages
        arguments: dict[str, Any] = {self.history: [dict(m) for m in held]} if self.history else {}
        if self.takes_tools:
            arguments["tools"] = list(self.tools if tools is None else tools)
        return _as_request(self.build(**arguments))


def _as_request(built: Any) -> Request:
    body = (
        built
        if isinstance(built, dict)
        else {"messages": built}
        if isinstance(built, list)
        else {"prompt": str(built)}
    )
    plain = json.loads(
        json.dumps(body, default=lambda o: getattr(o, "model_dump", lambda: str(o))())
    )
    request = request_of(logged([plain], 1), "")
    if request is None:
        raise ValueError("the builder gave no request: no messages, input or prompt in it")
    return request


def _text(request: Request) -> str:
    return "\n".join(unit.text for unit in request.units)


def _head(request: Request) -> str:
    return "\n".join(unit.text for unit in (*request.tools, *request.system))


def _require(before: str, now: str, scenario: str, whole: bool) -> None:
    """Raise where one text is not the other, or not its beginning."""
    at = common(before, now)
    if at == len(before) and (not whole or at == len(now)):
        return
    share = f"{100 * at // max(len(before), 1)} % of the prefix stays"
    place = len(before[:at].encode(errors="replace"))
    raise AssertionError(
        f"the prefix changes ({scenario}): first difference at byte {place:,}, {share}\n"
        f"  before: {excerpt(before, at)}\n  now:    {excerpt(now, at)}"
    )


# --- scenarios --------------------------------------------------------------------------------------


def _next_turn(given: _Given) -> None:
    messages = given.conversation
    lengths = [n + 1 for n, m in enumerate(messages) if m.get("role") == "user"]
    requests = [given.request(messages[:n]) for n in lengths]
    for before, now in itertools.pairwise(requests):
        _require(_text(before), _text(now), "the next turn", whole=False)


def _compaction(given: _Given) -> None:
    summary = {"role": "user", "content": "Summary of what was said before: opening hours."}
    shorter = [summary, *given.conversation[-1:]]
    _require(
        _head(given.request()), _head(given.request(shorter)), "after a compaction", whole=True
    )


def _another_day(given: _Given) -> None:
    before = given.request()
    with shifted_clock(days=1, seconds=3_725):
        now = given.request()
    _require(_head(before) or _text(before), _head(now) or _text(now), "another day", whole=True)


def _another_folder(given: _Given) -> None:
    before = given.request()
    with _folder():
        now = given.request()
    _require(_text(before), _text(now), "another working directory", whole=True)


@contextmanager
def _folder() -> Iterator[None]:
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        try:
            yield
        finally:
            os.chdir(here)


def _tool_order(given: _Given) -> None:
    before, now = given.request(), given.request(tools=list(reversed(given.tools)))
    _require(_text(before), _text(now), "tools in another order", whole=True)


def _is_importable(build: Builder) -> bool:
    name = getattr(build, "__qualname__", "")
    return (
        bool(name)
        and "<" not in name
        and bool(inspect.getsourcefile(build))
        and inspect.isfunction(build)
    )


_CHILD = """
import importlib.util, json, sys
file, name, arguments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
sys.path[:0] = json.loads(sys.argv[4])
spec = importlib.util.spec_from_file_location("built_elsewhere", file)
module = importlib.util.module_from_spec(spec)
sys.modules["built_elsewhere"] = module
spec.loader.exec_module(module)
target = module
for part in name.split("."):
    target = getattr(target, part)
print("\\x00" + json.dumps(target(**arguments), default=lambda o: getattr(o, "model_dump", lambda: str(o))()))
"""


def _hash_seed(given: _Given) -> None:
    texts = [_text(_as_request(_built_elsewhere(given, seed))) for seed in ("1", "2", "3")]
    for other in texts[1:]:
        _require(texts[0], other, "a restart under another hash seed", whole=True)


def _built_elsewhere(given: _Given, seed: str) -> Any:
    """What the builder gives in a process of its own."""
    arguments: dict[str, Any] = {given.history: given.conversation} if given.history else {}
    if given.takes_tools:
        arguments["tools"] = given.tools
    words = [
        inspect.getsourcefile(given.build) or "",
        given.build.__qualname__,
        json.dumps(arguments),
        json.dumps(sys.path),
    ]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *words],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(
            f"the builder fails in a process of its own:\n{done.stderr.strip()[-800:]}"
        )
    return json.loads(done.stdout.rpartition("\x00")[2])


_CHECKS: dict[str, Callable[[_Given], None]] = {
    "next turn": _next_turn,
    "hash seed": _hash_seed,
    "another day": _another_day,
    "another folder": _another_folder,
    "tool order": _tool_order,
    "compaction": _compaction,
}
