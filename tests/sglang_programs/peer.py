"""Runs a file of programs with SGLang's own front end, and prints what was asked: `python peer.py FILE`.

Run by the interpreter of the environment that holds the peer; imports nothing of ours but the cases.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import types
import warnings
from pathlib import Path
from typing import Any

import sglang
from sglang.lang.backend import runtime_endpoint
from sglang.lang.backend.runtime_endpoint import RuntimeEndpoint
from sglang.lang.chat_template import ChatTemplate
from sglang.lang.choices import ChoicesDecision
from sglang.lang.interpreter import StreamExecutor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sglang_programs.answers import answer, choice

SECONDS = 5
TEMPLATE = ChatTemplate(
    name="marks",
    default_system_prompt=None,
    role_prefix_and_suffix={
        role: (f"<|im_start|>{role}\n", "<|im_end|>\n") for role in ("system", "user", "assistant")
    },
)


class _Reply:
    """An HTTP answer."""

    status_code = 200

    def __init__(self, content: Any) -> None:
        self._content = content

    def json(self) -> Any:
        return self._content


class Recorder(RuntimeEndpoint):
    """SGLang's client of its server, without the server: bodies are kept, and answered."""

    def __init__(self) -> None:
        self.support_concate_and_append = False
        self.base_url, self.api_key, self.verify = "", None, None
        self.chat_template = TEMPLATE
        self.model_info = {"model_path": "none"}
        self.asked: list[list[Any]] = []
        self._lock = threading.Lock()
        runtime_endpoint.http_request = self._post

    def _post(self, url: str, json: Any = None, **_: Any) -> _Reply:
        if not json or json.get("sampling_params", {}).get("max_new_tokens") == 0:
            return _Reply({})  # a prefix that is warmed
        return _Reply(self._answered(json))

    def _answered(self, body: dict[str, Any]) -> Any:
        params = dict(body["sampling_params"])
        extra = {k: v for k, v in body.items() if k not in ("text", "sampling_params", "stream")}
        with self._lock:
            self.asked.append(["gen", body["text"], {**params, **extra}])
        regex, schema = params.get("regex"), params.get("json_schema") is not None
        texts = [answer(body["text"], at, regex, schema) for at in range(params.get("n") or 1)]
        found = [{"text": text, "meta_info": {"prompt_tokens": 1}} for text in texts]
        return found if len(found) > 1 else found[0]

    def generate(self, s: Any, sampling_params: Any) -> Any:
        """Of several samples all: its own reading of such a reply fails, what is done with them doesn't."""
        if sampling_params.n == 1:
            return super().generate(s, sampling_params)
        super()._handle_dtype_to_regex(sampling_params)
        reply = self._answered(
            {"text": s.text_, "sampling_params": sampling_params.to_srt_kwargs()}
        )
        return [each["text"] for each in reply], [each["meta_info"] for each in reply]

    def generate_stream(self, s: Any, sampling_params: Any) -> Any:
        """The answer in two pieces, so late that a reader is there for the first."""
        text, meta = self.generate(s, sampling_params)
        time.sleep(0.1)
        yield text[:2], meta
        time.sleep(0.1)
        yield text[2:], meta

    def select(self, s: Any, choices: Any, temperature: float, choices_method: Any = None) -> Any:
        with self._lock:
            self.asked.append(["select", s.text_, list(choices)])
        return ChoicesDecision(decision=choice(s.text_, choices), meta_info={})


WORKING: list[Any] = []
"""The executors of the case at hand."""


def _remember(made: Any, *args: Any, begin: Any = StreamExecutor.__init__, **kwargs: Any) -> None:
    WORKING.append(made)
    begin(made, *args, **kwargs)


def run_case(case: Any) -> dict[str, Any]:
    """What one case asked, and what came of it."""
    backend = Recorder()
    WORKING.clear()
    sglang.set_default_backend(backend)
    found: dict[str, Any] = {}
    signal.alarm(SECONDS)
    try:
        if case.is_program:
            state = case.run.run(**case.given)
            error = state.error()
            found["error"] = repr(error) if error else None
            found |= {
                "text": state.text(),
                "messages": state.messages(),
                "value": repr(state.ret_value),
            }
            names = {k: v for k, v in state.stream_executor.variables.items() if k is not None}
            found["variables"] = {name: repr(value) for name, value in names.items()}
        else:
            found["value"] = repr(case.run())
    except Exception as error:
        found["raised"] = f"{type(error).__name__}: {error}"
    finally:
        _finish()
        signal.alarm(0)
    return {**found, "calls": backend.asked}


def _finish() -> None:
    """Wait for arms that nobody has joined."""
    with contextlib.suppress(TimeoutError):
        for each in list(WORKING):
            while each.use_thread and each.worker.is_alive() and each.queue.unfinished_tasks:
                time.sleep(0.001)


def _stop(*_: object) -> None:
    raise TimeoutError("it waits for what never comes")


def main() -> None:
    """Run every case of a file."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _stop)
    StreamExecutor.__init__ = _remember
    path = Path(sys.argv[1])
    text = path.read_text("utf-8").replace("import sglc as", "import sglang as")
    scope: dict[str, Any] = {"__name__": path.stem}
    sys.modules[path.stem] = module = types.ModuleType(path.stem)
    vars(module).update(scope)
    exec(compile(text.replace("from sglc.", "from sglang."), str(path), "exec"), vars(module))
    found = {case.name: run_case(case) for case in module.CASES.all}
    print("\n" + json.dumps(found), flush=True)
    os._exit(0)  # a worker that was never told to stop keeps nobody waiting


if __name__ == "__main__":
    main()
