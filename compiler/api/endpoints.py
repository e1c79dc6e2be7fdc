"""Where Python programs run: a backend, the target that programs are compiled for, and an event loop.

`Engine`, `Runtime` and `Mock` are the public names of what runs in this process; servers are in `servers`. The default
one is the only global state of the front end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path
from typing import Any

from ...ir.target import Part, Target
from ...lang.python.surface import nearest
from ...runtime.backend import Backend, PrefillRequest
from ...runtime.executor.concurrency import WeightLimit
from ...runtime.executor.executor import CALLS_IN_FLIGHT
from ...runtime.executor.instance import HOST_THREADS
from ...runtime.executor.warming import Warming
from ..driver.targets import Choice, choose_target, of_folder, today, told
from .generating import generate
from .loop import LoopThread


class Endpoint:
    """A backend that programs can be run on. Close it with `shutdown`, or use it as a context manager."""

    def __init__(self, backend: Backend, choice: Choice) -> None:
        self.backend = backend
        self.choice = told(choice, {}, today())
        self.loop = LoopThread(f"sglc-{backend.name}")
        self.limit = WeightLimit(CALLS_IN_FLIGHT)
        self.warming = Warming(backend.capabilities.finds_running)
        self.pool = ThreadPoolExecutor(HOST_THREADS, thread_name_prefix="sglc-host")

    @property
    def target(self) -> Target:
        """What programs are compiled for."""
        return self.choice.target

    def with_template(self, date: str = "", **arguments: Any) -> Endpoint:
        """The same endpoint, with arguments for its chat template (`enable_thinking=False`) and the day that it sees.

        It shares backend and threads with this one, which is to be shut down, and once.
        """
        other = copy(self)
        other.choice = told(self.choice, arguments, date)
        return other

    @property
    def is_chat(self) -> bool:
        """Whether it is a chat API, which is asked with turns and not with text."""
        return self.backend.capabilities.chat

    @property
    def endpoint(self) -> Endpoint:
        """Itself: programs written for SGLang's `Runtime` ask for what it serves at."""
        return self

    def get_model_name(self) -> str:
        """The name of the model that programs are compiled for."""
        return self.target.name

    def cache_prefix(self, prefix_str: str) -> None:
        """Have a text computed ahead of time, where the backend can."""
        ids = self.target.tokenizer.encode((Part(prefix_str, True),))
        if ids and self.backend.capabilities.prefill:
            self.loop.run(self.backend.prefill(PrefillRequest(tuple(ids))))

    def generate(
        self, prompt: str | list[str], sampling_params: Mapping[str, Any] | None = None
    ) -> Any:
        """What a model says after a text, or after each of several: SGLang's `text` and `meta_info`."""
        prompts = [prompt] if isinstance(prompt, str) else prompt
        work = generate(self.backend, self.target, prompts, sampling_params or {})
        found = self.loop.run(work)
        return found[0] if isinstance(prompt, str) else found

    def flush_cache(self) -> None:
        """Forget all cached prefixes. Raises NotImplementedError where the backend can't."""
        self._call("flush_cache", "flush")

    def get_server_info(self) -> dict[str, Any]:
        """What the backend says of itself."""
        ask = getattr(self.backend, "server_info", None)
        info = self._finish(ask()) if ask is not None else {}
        return {"backend": self.backend.name, "target": self.target.name, **info}

    def shutdown(self) -> None:
        """Stop the backend and the loop, in the process that made them."""
        if not self.loop.is_here:
            return
        self.loop.run(self.backend.close())
        self.loop.close()
        self.pool.shutdown(wait=False)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *failure: object) -> None:
        self.shutdown()

    def _call(self, *names: str) -> Any:
        for name in names:
            method: Callable[[], Any] | None = getattr(self.backend, name, None)
            if method is not None:
                return self._finish(method())
        raise NotImplementedError(f"`{self.backend.name}` has no `{names[0]}`")

    def _finish(self, result: Any) -> Any:
        """The result of a method that may be a coroutine."""
        return self.loop.run(result) if hasattr(result, "__await__") else result


class Mock(Endpoint):
    """The hash model: answers at once, and always the same. `model` names the target; none is the estimate."""

    def __init__(self, model: str | None = "estimate", **options: Any) -> None:
        from ...runtime.backends.mock import MockBackend

        choice = choose_target(model)
        super().__init__(MockBackend(choice.target, **options), choice)


class Engine(Endpoint):
    """The embedded engine. `model_path` is a folder or a hub name; without it, the default model."""

    def __init__(self, model_path: str | Path | None = None, **options: Any) -> None:
        from ...runtime.backends.engine import EngineBackend
        from ...runtime.models.folders import resolve_model

        given = engine_options(options)
        folder = resolve_model(None if model_path is None else str(model_path))
        super().__init__(EngineBackend(model_path=folder, **given), of_folder(folder))


_OF_A_SERVER = frozenset(
    {"log_level", "host", "port", "trust_remote_code", "skip_tokenizer_init", "enable_metrics"}
)
"""Options of SGLang's servers that mean nothing to an engine in this process."""
_OF_MANY = frozenset({"tp_size", "dp_size", "pp_size", "nnodes"})


def engine_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the engine, less those of a server. Raises TypeError with what there is instead."""
    from ...runtime.engine.options import EngineOptions

    known = EngineOptions.__dataclass_fields__
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in _OF_MANY and value != 1:
            raise TypeError(f"`{name}={value}`: the engine runs on one device; a server runs on several,"
                            " and `RuntimeEndpoint(url)` asks it")  # fmt: skip
        if name in known:
            found[name] = value
        elif name not in _OF_A_SERVER | _OF_MANY:
            raise TypeError(f"`Engine` has no option `{name}`; {nearest(name, known)}")
    return found


class Runtime(Engine):
    """The embedded engine under its older name."""


_default: Endpoint | None = None
_lock = threading.Lock()


def set_default_backend(backend: Endpoint | None) -> None:
    """The backend of programs that are run without one."""
    global _default
    if backend is not None and not isinstance(backend, Endpoint):
        raise TypeError(f"a backend is made by `Engine`, `Mock` and the like, not {backend!r}")
    _default = backend


def default_backend() -> Endpoint:
    """The backend of programs that are run without one. Raises RuntimeError when none was set."""
    with _lock:
        if _default is None:
            raise RuntimeError(
                "no backend: pass `backend=sglc.Engine()` to the run, or say once"
                " `sglc.set_default_backend(sglc.Engine())`; `sglc.Engine()` is the default model in this process,"
                " `sglc.RuntimeEndpoint(url)` and `sglc.OpenAI(model, base_url=...)` are servers, and"
                " `sglc.Mock()` answers without a model"
            )
        return _default


def flush_cache(backend: Endpoint | None = None) -> None:
    """Forget all cached prefixes of a backend."""
    (backend or default_backend()).flush_cache()


def get_server_info(backend: Endpoint | None = None) -> dict[str, Any]:
    """What a backend says of itself."""
    return (backend or default_backend()).get_server_info()
