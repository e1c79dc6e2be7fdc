"""`state.stream_executor`: what programs written for SGLang read of a state behind its back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from ...ir.diagnostic import CompileFailed, Diagnostic


class Shown(Protocol):
    """What a state shows of itself."""

    def text(self) -> str: ...

    def messages(self) -> list[dict[str, str]]: ...

    def keys(self) -> list[str]: ...

    def get_var(self, name: str) -> Any: ...

    def get_meta_info(self, name: str) -> Any: ...

    def meta_so_far(self, name: str) -> Any: ...

    def sync(self) -> None: ...


class StreamExecutor:
    """The text, turns and variables of a state under SGLang's names; anything else fails with what to use (SGL0590)."""

    def __init__(self, state: Shown) -> None:
        self._state = state
        self.sync, self.text, self.messages = state.sync, state.text, state.messages
        self.get_var, self.get_meta_info = state.get_var, state.get_meta_info

    @property
    def text_(self) -> str:
        """The whole prompt."""
        return self._state.text()

    @property
    def messages_(self) -> list[dict[str, str]]:
        """Its turns."""
        return self._state.messages()

    @property
    def variables(self) -> dict[str, Any]:
        """The variables that are bound."""
        return {name: self._state.get_var(name) for name in self._state.keys()}

    @property
    def meta_info(self) -> Mapping[str, Any]:
        """What is known of each call, by the variable that it binds; of one that is under way so far."""
        return _Known(self._state)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        headline = f"`stream_executor.{name}`: how a state is kept is not SGLang's"
        help = "`text()`, `messages()`, `get_var`, `get_meta_info` and `trace` of the state show what it has"
        raise CompileFailed([Diagnostic("SGL0590", headline, helps=(help,))])


class _Known(Mapping[str, Any]):
    """What is known of calls, looked up by name: only who asks for all names waits for all calls."""

    def __init__(self, state: Shown) -> None:
        self._state = state

    def __getitem__(self, name: str) -> Any:
        return self._state.meta_so_far(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.keys())

    def __len__(self) -> int:
        return len(self._state.keys())

    def __repr__(self) -> str:
        return repr(dict(self))
