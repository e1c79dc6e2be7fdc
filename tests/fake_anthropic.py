"""A service on 127.0.0.1 that answers as Anthropic's does, with the hash model behind it, and its cache's rules.

A mark writes the prefix that ends at its block, and finds what was written there or up to 20 blocks before. What is
shorter than the minimum is not cached. Counts are in tokens of the target's tokenizer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from fake_servers import FakeServer, Refused
from official_types import Official

from sglc.ir.sampling import Constraint, Sampling

LOOKBACK = 20


def _official(body: Any) -> None:
    from anthropic.types import message_create_params as params

    kind = (
        params.MessageCreateParamsStreaming
        if body.get("stream")
        else params.MessageCreateParamsNonStreaming
    )
    Official(kind).check(body)


def _thought(body: Any) -> list[dict[str, Any]]:
    """The block of reasoning, as long as its budget stays below what may be generated at all."""
    told = body.get("thinking", {"type": "disabled"})
    if told["type"] == "disabled":
        return []
    assert 1024 <= told["budget_tokens"] < body["max_tokens"]
    return [{"type": "thinking", "thinking": "I think.", "signature": "sig"}]


@dataclass
class AnthropicServer(FakeServer):
    """`/v1/messages`. Every body must be what the official package's types say. `least`: tokens that are cached."""

    least: int = 20
    written: set[str] = field(default_factory=set)
    accounts: list[dict[str, int]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def post(self, path: str, body: Any) -> Any:
        if path != "/v1/messages":
            raise Refused(404, {"type": "error", "error": {"type": "not_found_error"}})
        _official(body)
        blocks = self._blocks(body)
        usage = self._cached(blocks)
        prompt = self.encode("".join(text for text, _ in blocks))
        asked = self._sampling(body)
        done = self.model.generate(prompt, asked, 7, self._constraint(body))
        text = self.answers.pop(0) if self.answers else done.text
        self.accounts.append(usage)
        usage = usage | {"output_tokens": len(done.ids)}
        reasons = {"length": "max_tokens", "stop": "stop_sequence"}
        reason = reasons.get(done.finish, "end_turn")
        if body.get("stream"):
            return self._events(text, reason, usage)
        return {
            "id": "msg",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [*_thought(body), {"type": "text", "text": text}],
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": usage,
        }

    def _blocks(self, body: Any) -> list[tuple[str, bool]]:
        """The text of every block in order, and whether it is marked. Raises Refused as the service does."""
        turns = [{"role": "system", "content": body.get("system", [])}, *body["messages"]]
        found: list[tuple[str, bool]] = []
        for turn in turns:
            for number, block in enumerate(turn["content"]):
                if not block["text"].strip():
                    self._refuse("text content blocks must contain non-whitespace text")
                opener = f"<{turn['role']}>" if number == 0 else ""
                found.append((opener + block["text"], "cache_control" in block))
        if sum(marked for _, marked in found) > 4:
            self._refuse("A maximum of 4 blocks with cache_control may be provided")
        return found

    def _refuse(self, message: str) -> None:
        content = {"type": "invalid_request_error", "message": message}
        raise Refused(400, {"type": "error", "error": content})

    def _cached(self, blocks: list[tuple[str, bool]]) -> dict[str, int]:
        prefixes = ["".join(text for text, _ in blocks[: n + 1]) for n in range(len(blocks))]
        lengths = [len(self.encode(prefix)) for prefix in prefixes]
        marks = [n for n, (_, marked) in enumerate(blocks) if marked and lengths[n] >= self.least]
        read = written = 0
        with self._lock:
            for mark in marks:
                near = range(mark, max(-1, mark - LOOKBACK - 1), -1)
                hit = next((n for n in near if prefixes[n] in self.written), None)
                read = max(read, lengths[hit] if hit is not None else 0)
            for mark in marks:
                self.written.add(prefixes[mark])
                written = max(written, lengths[mark])
        fresh = max(0, written - read)
        return {
            "input_tokens": lengths[-1] - read - fresh,
            "cache_creation_input_tokens": fresh,
            "cache_read_input_tokens": read,
        }

    def _sampling(self, body: Any) -> Sampling:
        return Sampling(max_tokens=body["max_tokens"], stop=tuple(body.get("stop_sequences", ())))

    def _constraint(self, body: Any) -> Constraint | None:
        wanted = body.get("output_config")
        return Constraint("json", json.dumps(wanted["format"]["schema"])) if wanted else None

    def _events(self, text: str, reason: str, usage: dict[str, int]) -> list[bytes]:
        begin = {**usage, "output_tokens": 1}
        end = {"output_tokens": usage["output_tokens"]}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": {"usage": begin}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text"}},
            {"type": "ping"},
        ]
        for char in text:
            delta = {"type": "text_delta", "text": char}
            events.append({"type": "content_block_delta", "index": 0, "delta": delta})
        events += [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": end},
            {"type": "message_stop"},
        ]
        return [json.dumps(event).encode() for event in events]
