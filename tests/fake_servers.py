"""Servers on 127.0.0.1 that answer as the recorded ones do, with the hash model behind them.

`SGLangServer` keeps SGLang's quirks: the null before input log probabilities, lists for several samples,
cumulative streams, three shapes of errors. `OpenAIServer` speaks as vLLM, as a bare OpenAI API, or as a chat.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sglc.ir.hashmodel import Generated, HashModel
from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part, Target

KNOWN = {
    "max_new_tokens", "min_new_tokens", "stop", "stop_token_ids", "stop_regex", "temperature", "top_p", "top_k",
    "min_p", "frequency_penalty", "presence_penalty", "repetition_penalty", "ignore_eos", "skip_special_tokens",
    "spaces_between_special_tokens", "n", "regex", "json_schema", "ebnf", "sampling_seed",
}  # fmt: skip


class Refused(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, content: Any) -> None:
        super().__init__(str(content))
        self.status, self.content = status, content


@dataclass
class FakeServer:
    """What both servers have: a model, a cache by the token, and a record of what was asked."""

    target: Target
    context: int = 4096
    failures: list[int] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = HashModel(self.target.tokenizer)
        self._seen: list[tuple[int, ...]] = []
        self._lock = threading.Lock()

    def cached(self, ids: tuple[int, ...]) -> int:
        """How much of a prompt is in the cache, all but its last position; it is in the cache from now on."""
        with self._lock:
            found = max((_shared(ids, seen) for seen in self._seen), default=0)
            self._seen.append(ids)
        return min(found, max(0, len(ids) - 1))

    def keep(self, ids: tuple[int, ...]) -> None:
        with self._lock:
            self._seen.append(ids)

    def encode(self, text: str) -> tuple[int, ...]:
        return self.target.tokenizer.encode((Part(text, True),))

    def post(self, path: str, body: Any) -> Any:
        raise NotImplementedError

    def get(self, path: str) -> Any:
        raise Refused(404, {"detail": "Not Found"})


def _shared(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    pairs = zip(a, b, strict=False)
    return next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, as one does whose sibling failed."""


@contextmanager
def running(server: FakeServer) -> Iterator[str]:
    """The address of the server while it runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(lambda: server.get(self.path))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.loads(raw) if raw else None
            server.asked.append((self.path, body))
            server.headers.append(dict(self.headers))
            self._answer(lambda: server.post(self.path, body))

        def _answer(self, make: Any) -> None:
            try:
                if server.failures:
                    raise Refused(server.failures.pop(0), {"error": {"message": "busy"}})
                content = make()
            except Refused as refused:
                self._send(refused.status, refused.content)
                return
            if isinstance(content, list) and content and isinstance(content[0], bytes):
                self._stream(content)
            else:
                self._send(200, content)

        def _send(self, status: int, content: Any) -> None:
            text = content if isinstance(content, str) else json.dumps(content)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def _stream(self, events: list[bytes]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for event in events:
                self.wfile.write(b"data: " + event + b"\n\n")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = _Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(
        target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}"
    finally:
        http.shutdown()
        http.server_close()


@dataclass
class SGLangServer(FakeServer):
    """The native `/generate`. `cumulative`: streams repeat all ids so far. `keeps_end`: ids hold the end token."""

    cumulative: bool = True
    keeps_end: bool = True

    def post(self, path: str, body: Any) -> Any:
        if path == "/flush_cache":
            self._seen.clear()
            return "Cache flushed.\n"
        if path != "/generate":
            raise Refused(404, {"detail": "Not Found"})
        prompts, is_list = self._prompts(body)
        params = body.get("sampling_params") or {}
        each = params if isinstance(params, list) else [params] * len(prompts)
        replies = [
            r for ids, p in zip(prompts, each, strict=True) for r in self._samples(ids, p, body)
        ]
        if body.get("stream"):
            return self._events(replies[0])
        return replies if is_list or len(replies) > 1 else replies[0]

    def get(self, path: str) -> Any:
        if path == "/get_model_info":
            return {"model_path": "models/small", "is_generation": True}
        return {"version": "0.5.23"} if path == "/server_info" else super().get(path)

    def _prompts(self, body: Any) -> tuple[list[tuple[int, ...]], bool]:
        given = body.get("input_ids", body.get("text"))
        if given is None:
            raise Refused(
                400,
                {
                    "error": {
                        "message": "Either text, input_ids or input_embeds should be provided."
                    }
                },
            )
        is_list = isinstance(given, list) and bool(given) and not isinstance(given[0], int)
        many = given if is_list else [given]
        prompts = [self.encode(one) if isinstance(one, str) else tuple(one) for one in many]
        for ids in prompts:
            if len(ids) > self.context:
                message = f"The input ({len(ids)} tokens) is longer than the model's context length ({self.context})."
                raise Refused(400, {"error": {"message": message}})
        return prompts, is_list

    def _samples(
        self, ids: tuple[int, ...], params: dict[str, Any], body: Any
    ) -> list[dict[str, Any]]:
        unknown = sorted(set(params) - KNOWN)
        if unknown:
            raise Refused(
                400, {"error": f"unknown field `{unknown[0]}`, expected one of `max_new_tokens`"}
            )
        if isinstance(params.get("temperature", 0), str):
            content = {
                "object": "error",
                "message": "temperature must be a number",
                "type": "Bad Request",
                "code": 400,
            }
            raise Refused(400, content)
        seeds = [params.get("sampling_seed", 7) + sample for sample in range(params.get("n", 1))]
        return [self._reply(ids, params, body, seed) for seed in seeds]

    def _reply(
        self, ids: tuple[int, ...], params: dict[str, Any], body: Any, seed: int
    ) -> dict[str, Any]:
        start = body.get("logprob_start_len")
        cached = self.cached(ids)
        meta: dict[str, Any] = {
            "id": "x",
            "prompt_tokens": len(ids),
            "cached_tokens": min(cached, start or cached),
        }
        done = None
        if params.get("max_new_tokens") != 0:
            done = self.model.generate(ids, self._sampling(params), seed, self._constraint(params))
            self.keep(ids + done.ids[:-1])
        sent = self._sent(done)
        meta |= {"completion_tokens": len(sent), "finish_reason": self._reason(done)}
        if body.get("return_logprob"):
            meta |= self._logprobs(ids, done, start)
        return {"text": done.text if done else "", "output_ids": sent, "meta_info": meta}

    def _sent(self, done: Generated | None) -> list[int]:
        if done is None:
            return []
        drops = done.finish == "eos" and not self.keeps_end
        return list(done.ids[:-1] if drops else done.ids)

    def _reason(self, done: Generated | None) -> dict[str, Any]:
        match done.finish if done else "length":
            case "length":
                return {"type": "length", "length": len(done.ids) if done else 0}
            case "eos":
                return {"type": "stop", "matched": done.ids[-1] if done else 0}
            case _:
                return {"type": "stop", "matched": "..."}

    def _logprobs(
        self, ids: tuple[int, ...], done: Generated | None, start: int | None
    ) -> dict[str, Any]:
        rows: list[list[Any]] = []
        for at in range(start, len(ids)) if start is not None else ():
            rows.append(
                [
                    None if at == start else self.model.score(ids[:at], ids[at : at + 1])[0],
                    ids[at],
                    None,
                ]
            )
        out = (
            [[value, id, None] for value, id in zip(done.logprobs, done.ids, strict=True)]
            if done
            else []
        )
        tops = (
            [[[value, id, None] for id, value in top] for top in done.top_logprobs] if done else []
        )
        return {
            "input_token_logprobs": rows,
            "output_token_logprobs": out,
            "output_top_logprobs": tops,
        }

    def _sampling(self, params: dict[str, Any]) -> Sampling:
        return Sampling(
            max_tokens=params.get("max_new_tokens", -1),
            min_tokens=params.get("min_new_tokens", 0),
            temperature=params.get("temperature", 1.0),
            stop=tuple(params.get("stop", ())),
            stop_token_ids=tuple(params.get("stop_token_ids", ())),
            stop_regex=tuple(params.get("stop_regex", ())),
            ignore_eos=params.get("ignore_eos", False),
            logprobs=True,
            top_logprobs=2,
        )

    def _constraint(self, params: dict[str, Any]) -> Constraint | None:
        if "regex" not in params:
            return None
        if params["regex"] == "(":
            raise Refused(
                400,
                {
                    "error": {
                        "message": "Failed to compile regex: missing ), unterminated subpattern"
                    }
                },
            )
        return Constraint("regex", params["regex"])

    def _events(self, reply: dict[str, Any]) -> list[bytes]:
        ids, meta = reply["output_ids"], reply["meta_info"]
        events: list[bytes] = []
        for count in range(1, len(ids) + 1):
            last = count == len(ids)
            shown = {**meta, "completion_tokens": count} | ({} if last else {"finish_reason": None})
            sent = ids[:count] if self.cumulative else ids[count - 1 : count]
            events.append(json.dumps({"text": "", "output_ids": sent, "meta_info": shown}).encode())
        return [*events, b"[DONE]"]


@dataclass
class OpenAIServer(FakeServer):
    """`/completions` and `/chat/completions`. `owner` is whom the list of models names; `echoes`: scores prompts."""

    owner: str = "vllm"
    echoes: bool = True
    reports_cache: bool = True
    models: tuple[str, ...] = ("small",)
    root: str | None = None
    shows: bool = True
    """Whether it shows its tokenizer and template."""
    masks: bool = False
    """Whether log probabilities are told of what may be chosen alone, as a server may be started to."""
    names_next: bool = True
    """Whether it tells the log probabilities of named tokens, as vLLM does of late; before that it passed them over."""

    def get(self, path: str) -> Any:
        if path == "/v1/models":
            about = {"owned_by": self.owner, "root": self.root}
            about |= {"max_model_len": self.context} if self.owner == "vllm" else {}
            found = [{"id": id} | about for id in self.models]
            return {"object": "list", "data": found}
        if path == "/props" and self.owner == "llamacpp" and self.shows:
            assert self.target.template
            return {"chat_template": self.target.template.source, "bos_token": ""}
        return super().get(path)

    def _tokenized(self, body: Any) -> Any:
        if not self.shows:
            raise Refused(404, {"detail": "Not Found"})
        text = body.get("prompt", body.get("content"))
        if text is not None:
            ids = self.target.tokenizer.encode((Part(text, False),))
        else:
            assert self.target.template
            turns = self.target.template.render(body["messages"], add_generation_prompt=True)
            ids = self.encode(turns)
        return {"count": len(ids), "max_model_len": self.context, "tokens": list(ids)}

    def post(self, path: str, body: Any) -> Any:
        if path == "/tokenize":
            return self._tokenized(body)
        if body.get("model") != "small":
            raise Refused(404, {"error": {"message": "The model does not exist.", "code": 404}})
        is_chat = path.endswith("/chat/completions")
        ids = self._chat(body) if is_chat else self._prompt(body["prompt"])
        if body.get("echo"):
            return self._echo(ids, body)
        cached = self.cached(ids)
        done = self._generated(ids, body, is_chat)
        self.keep(ids + done.ids[:-1])
        usage = self._usage(len(ids), len(done.ids), cached)
        if body.get("stream"):
            return self._events(done, is_chat, body, usage)
        choice = self._choice(done, is_chat, body)
        if self.names_next and self.owner == "vllm" and body.get("logprob_token_ids"):
            choice["logprobs"]["top_logprobs"] = self._named(ids, done, body)
        return {"choices": [choice], "usage": usage}

    def _generated(self, ids: tuple[int, ...], body: Any, is_chat: bool) -> Generated:
        """What the model says, or the likeliest of the tokens that are allowed, one after the other."""
        allowed = body.get("allowed_token_ids")
        if not allowed:
            sampling, seed = self._sampling(body, is_chat), body.get("seed", 7)
            return self.model.generate(ids, sampling, seed, self._constraint(body))
        said: tuple[int, ...] = ()
        while len(said) < body["max_tokens"]:
            said += (max(allowed, key=lambda token: self.model.score(ids + said, (token,))[0]),)
        values = self.model.score(ids, said)
        return Generated(said, said, self.target.tokenizer.decode(said), "length", 0, values)

    def _named(self, ids: tuple[int, ...], done: Generated, body: Any) -> list[dict[str, float]]:
        """Of each position the sampled token and the named ones, by name."""
        allowed = body.get("allowed_token_ids") if self.masks else None
        behind = [ids + done.ids[:at] for at in range(len(done.ids))]

        def value(before: tuple[int, ...], token: int) -> float:
            if allowed and token not in allowed:
                return -9999.0
            return self.model.score(before, (token,))[0] + (1.0 if allowed else 0.0)

        return [
            {
                f"token_id:{token}": value(before, token)
                for token in (own, *body["logprob_token_ids"])
            }
            for before, own in zip(behind, done.ids, strict=True)
        ]

    def _prompt(self, prompt: Any) -> tuple[int, ...]:
        ids = self.encode(prompt) if isinstance(prompt, str) else tuple(prompt)
        if len(ids) > self.context:
            message = f"This model's maximum context length is {self.context} tokens."
            raise Refused(400, {"error": {"message": message, "type": "BadRequestError"}})
        return ids

    def _chat(self, body: Any) -> tuple[int, ...]:
        template = self.target.template
        assert template
        if body.get("continue_final_message"):
            return self.encode(template.render(body["messages"], continue_final_message=True))
        return self.encode(template.render(body["messages"], add_generation_prompt=True))

    def _echo(self, ids: tuple[int, ...], body: Any) -> Any:
        if not self.echoes:
            raise Refused(
                400, {"error": {"message": "Setting 'echo' and 'logprobs' is not supported."}}
            )
        values = [
            None,
            *(self.model.score(ids[:at], ids[at : at + 1])[0] for at in range(1, len(ids))),
        ]
        pieces = [self.target.tokenizer.decode([id]) for id in ids]
        offsets = [sum(map(len, pieces[:at])) for at in range(len(ids))]
        logprobs = {"token_logprobs": values, "tokens": pieces, "text_offset": offsets}
        choice = {"text": body["prompt"], "logprobs": logprobs, "finish_reason": "length"}
        cached = 0 if self.owner == "vllm" else self.cached(ids)  # vLLM computes what it echoes
        return {"choices": [choice], "usage": self._usage(len(ids), 0, cached)}

    def _usage(self, prompt: int, completion: int, cached: int) -> dict[str, Any]:
        details = {"cached_tokens": cached} if self.reports_cache else None
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "prompt_tokens_details": details,
        }

    def _choice(self, done: Generated, is_chat: bool, body: Any) -> dict[str, Any]:
        shown: dict[str, Any] = (
            {"message": {"content": done.text}} if is_chat else {"text": done.text}
        )
        named = body.get("tool_choice")
        if is_chat and isinstance(named, dict):
            called = {"name": named["custom"]["name"], "input": done.text}
            shown = {
                "message": {"content": None, "tool_calls": [{"type": "custom", "custom": called}]}
            }
            return {"index": 0, "finish_reason": "tool_calls"} | shown
        if is_chat and body.get("chat_template_kwargs", {}).get("enable_thinking"):
            shown["message"]["reasoning_content"] = "I think."
        if body.get("return_token_ids"):
            shown["token_ids"] = list(done.ids)
        if body.get("logprobs") and is_chat:
            shown["logprobs"] = {
                "content": [{"token": "", "logprob": value} for value in done.logprobs]
            }
        elif body.get("logprobs"):
            shown["logprobs"] = {"token_logprobs": list(done.logprobs)}
        reason = "length" if done.finish == "length" else "stop"
        return {"index": 0, "finish_reason": reason, "stop_reason": None} | shown

    def _events(self, done: Generated, is_chat: bool, body: Any, usage: Any) -> list[bytes]:
        events: list[dict[str, Any]] = []
        for at, char in enumerate(done.text):
            shown: dict[str, Any] = {"delta": {"content": char}} if is_chat else {"text": char}
            if body.get("return_token_ids"):
                shown["token_ids"] = [list(done.ids[at : at + 1]), list(done.ids[at:])][
                    at == len(done.text) - 1
                ]
            events.append({"choices": [shown | {"finish_reason": None}]})
        reason = "length" if done.finish == "length" else "stop"
        last: dict[str, Any] = {"delta": {}} if is_chat else {"text": ""}
        events.append({"choices": [last | {"finish_reason": reason}]})
        events.append({"choices": [], "usage": usage})
        return [*(json.dumps(event).encode() for event in events), b"[DONE]"]

    def _sampling(self, body: Any, is_chat: bool) -> Sampling:
        return Sampling(
            max_tokens=body.get("max_tokens", -1 if is_chat or self.owner == "llamacpp" else 16),
            min_tokens=body.get("min_tokens", 0),
            temperature=body.get("temperature", 1.0),
            stop=tuple(body.get("stop", ())),
            stop_token_ids=tuple(body.get("stop_token_ids", ())),
            ignore_eos=body.get("ignore_eos", False),
            logprobs=True,
        )

    def _check_strict(self, schema: Any) -> None:
        """What a strict schema must be: an object at the top."""
        if schema.get("type") != "object":
            message = "Invalid json_schema for response_format: schema must be of type 'object'."
            raise Refused(400, {"error": {"message": message}})

    def _constraint(self, body: Any) -> Constraint | None:
        wanted = body.get("structured_outputs") or {}
        for tool in body.get("tools", ()) if isinstance(body.get("tool_choice"), dict) else ():
            wanted = {"regex": tool["custom"]["format"]["grammar"]["definition"]}
        if "response_format" in body:
            schema = body["response_format"]["json_schema"]["schema"]
            self._check_strict(schema)
            return Constraint("json", json.dumps(schema))
        return Constraint("regex", wanted["regex"]) if "regex" in wanted else None
