"""A server that misbehaves in every way that servers do: raw bytes, pauses and cuts, one script a request.

`MODES` is the table: what it does, and what a client must make of that. `docs/backends.md` prints it.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Api = Literal[
    "any",
    "text",
    "chat",
    "stream",
    "chat stream",
    "sglang",
    "sglang stream",
    "anthropic",
    "anthropic stream",
]
KEY = "sk-test-0123456789abcdef"
RESET, HANG, DRIP = object(), object(), object()
Step = bytes | float | object
Script = tuple[Step, ...]
EMPTY = b""


@dataclass(frozen=True)
class Mode:
    """One way to misbehave.

    `tries`: what is done at each request, the last of them again and again; `GOOD` stands for a right answer. `says`:
    words of the error; none where the answer must be right. `asked`: how many requests are made. `why`: the mark of
    an error that may pass.
    """

    what: str
    tries: tuple[Script | object, ...]
    says: str = ""
    asked: int = 1
    why: str | None = None
    api: Api = "any"
    code: str = "3105"


GOOD = object()


# --- right answers --------------------------------------------------------------------------------

TEXT_CHOICE: dict[str, Any] = {"index": 0, "text": "a river", "finish_reason": "stop"}
CHAT_CHOICE: dict[str, Any] = {
    "index": 0,
    "message": {"role": "assistant", "content": "a river"},
    "finish_reason": "stop",
}
USAGE = {"prompt_tokens": 9, "completion_tokens": 2}
META: dict[str, Any] = {
    "prompt_tokens": 9,
    "completion_tokens": 2,
    "cached_tokens": 0,
    "finish_reason": {"type": "stop", "matched": 0},
}


def response(body: bytes | Any, status: str = "200 OK", **headers: str) -> bytes:
    """A whole response."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    shown = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    shown |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{k}: {v}" for k, v in shown.items() if v), "", ""]
    return "\r\n".join(lines).encode() + content


def text(**changes: Any) -> bytes:
    """An answer of `/completions`, its choice changed."""
    return response({"choices": [TEXT_CHOICE | changes], "usage": USAGE})


def chat(message: dict[str, Any] | None = None, **changes: Any) -> bytes:
    """An answer of `/chat/completions`, its choice changed."""
    shown = CHAT_CHOICE["message"] | (message or {})
    return response({"choices": [CHAT_CHOICE | {"message": shown} | changes], "usage": USAGE})


def native(ids: Any = (5, 6), **meta: Any) -> bytes:
    """An answer of `/generate`."""
    return response({"text": "", "output_ids": ids, "meta_info": META | meta})


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def event(data: Any) -> bytes:
    """One event of a stream."""
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


DONE = event(b"[DONE]")


def piece(said: str = "a river", reason: str | None = None, **more: Any) -> bytes:
    """A piece of a completion."""
    return event({"choices": [{"index": 0, "text": said, "finish_reason": reason} | more]})


def delta(said: str | None = "a river", reason: str | None = None, **more: Any) -> bytes:
    """A piece of a chat."""
    choice = {"index": 0, "delta": {"content": said} | more, "finish_reason": reason}
    return event({"choices": [choice]})


def step(ids: Any, count: int, **meta: Any) -> bytes:
    """An event of `/generate`."""
    shown = META | {"completion_tokens": count, "finish_reason": None} | meta
    return event({"output_ids": ids, "meta_info": shown})


STREAM = HEAD + piece("a ") + piece("river", "stop") + DONE
CHAT_STREAM = HEAD + delta("a ") + delta("river", "stop") + DONE
ENDS = {"finish_reason": {"type": "stop", "matched": 0}}
NATIVE_STREAM = HEAD + step([5], 1) + step([5, 6], 2, **ENDS) + DONE


def message(blocks: Any = ({"type": "text", "text": "a river"},), **changes: Any) -> bytes:
    """An answer of Anthropic's."""
    account = {"input_tokens": 9, "output_tokens": 2}
    shown = {"content": list(blocks), "stop_reason": "end_turn", "usage": account}
    return response(shown | changes)


def named(kind: str, **data: Any) -> bytes:
    """An event of Anthropic's."""
    return f"event: {kind}\n".encode() + event({"type": kind} | data)


SAID = {"type": "text_delta", "text": "a river"}
BEGIN = HEAD + named("message_start", message={"usage": {"input_tokens": 9}})
MIDDLE = named("content_block_delta", index=0, delta=SAID)
END = named("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2})
STOP = named("message_stop")
BUSY = named("error", error={"type": "overloaded_error", "message": "Overloaded"})

RIGHT: dict[Api, bytes] = {
    "text": text(),
    "chat": chat(),
    "stream": STREAM,
    "chat stream": CHAT_STREAM,
    "sglang": native(),
    "sglang stream": NATIVE_STREAM,
    "anthropic": message(),
    "anthropic stream": BEGIN + named("ping") + MIDDLE + END + STOP,
}


def error(status: str, message: str = "busy", **headers: str) -> Script:
    """A refusal with a message."""
    return (response({"error": {"message": message}}, status, **headers),)


def _deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def _soon() -> str:
    return email.utils.formatdate(time.time() + 1, usegmt=True)


ODD = "something else than its API says"
NOT_JSON = "not JSON"

TRANSPORT = (
    Mode("closes the connection without a word", ((EMPTY,), GOOD), asked=2),
    Mode("closes every connection without a word", ((EMPTY,),), "can't be reached", 3, "connection"),
    Mode("resets the connection", ((RESET,), GOOD), asked=2),
    Mode("resets every connection", ((RESET,),), "can't be reached", 3, "connection"),
    Mode("speaks another protocol", ((b"220 mail ESMTP\r\n",),), "can't be reached", 3, "connection"),
    Mode("ends inside of the status line", ((b"HTTP/1.1 20",), GOOD), asked=2),
    Mode("ends inside of the headers", ((b"HTTP/1.1 200 OK\r\nContent-",), GOOD), asked=2),
    Mode("sends headers and nothing else", ((response(b"", Content_Length="50"),), GOOD), asked=2),
    Mode(
        "sends less than its Content-Length",
        ((response(b'{"choices": ', Content_Length="500"),),),
        "can't be reached",
        3,
        "connection",
    ),
    Mode(
        "cuts a chunked answer",
        ((response(b"40\r\n{", Content_Length="", Transfer_Encoding="chunked"),), GOOD),
        asked=2,
    ),
    Mode(
        "sends a chunk size that is no number",
        ((response(b"zz\r\n{", Content_Length="", Transfer_Encoding="chunked"),), GOOD),
        asked=2,
    ),
    Mode("says nothing at all", ((HANG,), GOOD), asked=2),
    Mode("never says anything", ((HANG,),), "", 3, "timeout"),
    Mode("stops in the middle", ((response(b"{", Content_Length="50"), HANG), GOOD), asked=2),
    Mode(
        "drips a byte now and then",
        ((response(b"{", Content_Length="5000"), DRIP),),
        "no whole answer in",
        1,
        "timeout",
    ),
    Mode("answers without end", ((response(b"[" + b"1," * 50_000, Content_Length=""),),), "more than"),
    Mode("announces headers without end", ((b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 30_000,), GOOD), asked=2),
    Mode("says gzip and sends none", ((response({"a": 1}, Content_Encoding="gzip"),),), "way of its own"),
    Mode(
        "packs a bomb",
        ((response(zlib.compress(b" " * 10_000_000), Content_Encoding="deflate"),),),
        "more than",
    ),
    Mode(
        "sends elsewhere",
        ((response(b"", "307 Temporary Redirect", Location="http://127.0.0.1:9/"),),),
        "307",
    ),
    Mode("answers a status that is none", ((response({}, "799 What"),), GOOD), asked=2),
    Mode("echoes the key in a refusal", (error("401 Unauthorized", f"bad key {KEY}"),), "bad key"),
    Mode("echoes the key as plain text", ((response(KEY.encode(), "418 Teapot"),),), "418"),
    Mode("refuses with a page of HTML", ((response(b"<html>no</html>", "400 Bad"),),), "<html>"),
    Mode("refuses with a list", ((response([{"a": 1}], "422 Unprocessable"),),), "422"),
    Mode("refuses without a word", ((response(b"", "404 Not Found"),),), "404"),
    Mode("forbids", (error("403 Forbidden", "not for you"),), "refuses the key"),
    Mode("times out itself, then answers", (error("408 Request Timeout"), GOOD), asked=2),
    Mode("has a conflict, then answers", (error("409 Conflict"), GOOD), asked=2),
    Mode("is busy, then answers", (error("429 Too Many Requests"), GOOD), asked=2),
    Mode("is busy and says for how long", (error("429 Too Many", retry_after="0.05"), GOOD), asked=2),
    Mode("is busy until a date", (error("429 Too Many", retry_after=_soon()), GOOD), asked=2),
    Mode("is busy for a year", (error("429 Too Many", retry_after="31536000"), GOOD), asked=2),
    Mode("says a time that is none", (error("503 Away", retry_after="soon"), GOOD), asked=2),
    Mode("is always busy", (error("429 Too Many Requests"),), "busy", 3, "rate limit"),
    Mode("is out of money", (error("429 Too Many", "insufficient_quota"),), "insufficient_quota"),
    Mode("fails, then answers", (error("500 Internal Server Error"), GOOD), asked=2),
    Mode("is behind a broken gate", ((response(b"<h1>Bad Gateway</h1>", "502 Bad Gateway"),), GOOD), asked=2),
    Mode("is always away", (error("503 Service Unavailable"),), "busy", 3, "overloaded"),
    Mode("is overloaded, then answers", (error("529 Overloaded"), GOOD), asked=2),
    Mode("fails and says: not again", (error("500 No", x_should_retry="false"),), "busy"),
    Mode("refuses and says: again", (error("400 Bad", x_should_retry="true"), GOOD), asked=2),
    Mode("fails, is cut, is busy", (error("500 No"), (RESET,), GOOD), asked=3),
    Mode("knows no such length", (error("400 Bad", "maximum context length is 8"),), "context", code="3101"),
    Mode("knows no such grammar", (error("400 Bad", "bad regex"),), "regex", code="3102"),
)  # fmt: skip

ANSWERS = (
    Mode("answers 204", ((b"HTTP/1.1 204 No Content\r\n\r\n",),), "answered with nothing", api="text"),
    Mode("answers with nothing", ((response(b""),),), "answered with nothing", api="text"),
    Mode("answers with white space", ((response(b" \n"),),), "answered with nothing", api="text"),
    Mode("answers with half of a JSON", ((response(b'{"choices": [{"te'),),), NOT_JSON, api="text"),
    Mode("answers with HTML", ((response(b"<html>ok</html>"),),), NOT_JSON, api="text"),
    Mode("answers with bytes that are no text", ((response(b'{"choices": [{"text": "\xff"}]}'),),), NOT_JSON, api="text"),
    Mode("answers with half of a character", ((response(b'{"choices":[{"text":"\\ud83d"}]}'),),), NOT_JSON, api="text"),
    Mode("answers with a number that is none", ((response(b'{"choices": NaN}'),),), NOT_JSON, api="text"),
    Mode("answers with null", ((response(None),),), ODD, api="text"),
    Mode("answers with a list", ((response([]),),), ODD, api="text"),
    Mode("answers with a text", ((response("ok"),),), ODD, api="text"),
    Mode("nests without end", ((response(_deep(30_000)),),), "nested", api="text"),
    Mode("has an error with 200", ((response({"error": {"message": "no"}}),),), ODD, api="text"),
    Mode("has no choices", ((response({"usage": USAGE}),),), ODD, api="text"),
    Mode("has choices that are null", ((response({"choices": None}),),), ODD, api="text"),
    Mode("has an empty list of choices", ((response({"choices": []}),),), ODD, api="text"),
    Mode("has two choices for one", ((response({"choices": [TEXT_CHOICE] * 2}),),), "2 came", api="text"),
    Mode("says null", ((text(text=None),),), ODD, api="text"),
    Mode("says a number", ((text(text=7),),), ODD, api="text"),
    Mode("says nothing of the text", ((response({"choices": [{"finish_reason": "stop"}]}),),), ODD, api="text"),
    Mode("ended for an unknown reason", ((text(finish_reason="banana"),),), ODD, api="text"),
    Mode("ended for no reason", ((text(finish_reason=None),),), ODD, api="text"),
    Mode("gave up", ((text(finish_reason="abort"),),), "gave the answer up", 1, "overloaded", "text"),
    Mode("withheld the answer", ((text(finish_reason="content_filter"),),), "withheld", api="text"),
    Mode("gives ids outside of the vocabulary", ((text(token_ids=[5, 10**7]),),), "none of the model's", api="text"),
    Mode("gives ids below zero", ((text(token_ids=[-1]),),), ODD, api="text"),
    Mode("gives ids that are texts", ((text(token_ids=["5"]),),), ODD, api="text"),
    Mode("gives more tokens than allowed", ((text(token_ids=[5] * 13),),), "13 tokens where 12", api="text"),
    Mode("counts below zero", ((response({"choices": [TEXT_CHOICE], "usage": {"prompt_tokens": -4}}),),), ODD, api="text"),
    Mode("has a reason and no message", ((response({"choices": [{"finish_reason": "stop"}]}),),), ODD, api="chat"),
    Mode("says null in a chat", ((chat({"content": None}),),), "gave no text", api="chat"),
    Mode("says a list in a chat", ((chat({"content": []}),),), ODD, api="chat"),
    Mode("refuses in a chat", ((chat({"content": None, "refusal": "I can't"}),),), "I can't", api="chat"),
    Mode("calls a tool that nobody has", ((chat({"content": None}, finish_reason="tool_calls"),),), "called a tool", api="chat"),
    Mode("leaves out the account", ((response({"text": "", "output_ids": [5]}),),), ODD, api="sglang"),
    Mode("gives two replies for one", ((response([{"output_ids": [5], "meta_info": META}] * 2),),), "2 came", api="sglang"),
    Mode("gives one list too many", ((native([[5]]),),), ODD, api="sglang"),
    Mode("gives ids that no model has", ((native([2**60]),),), "none of the model's", api="sglang"),
    Mode("gives too many ids", ((native([5] * 13),),), "13 tokens where 12", api="sglang"),
    Mode("does not end", ((native(finish_reason=None),),), "before the generation did", 1, "connection", "sglang"),
    Mode("ends in a way of its own", ((native(finish_reason={"type": "moon"}),),), ODD, api="sglang"),
    Mode("aborts", ((native(finish_reason={"type": "abort", "message": "oom"}),),), "gave up: oom", 1, "overloaded", "sglang"),
)  # fmt: skip

CUT = "ended before the answer did"
STREAMS = (
    Mode("is busy before a stream", (error("503 Away"), GOOD), asked=2, api="stream"),
    Mode("resets before the first byte", ((RESET,), GOOD), asked=2, api="stream"),
    Mode("resets behind the headers", ((HEAD, 0.02, RESET), GOOD), asked=2, api="stream"),
    Mode("hangs before the first event", ((HEAD, HANG), GOOD), asked=2, api="stream"),
    Mode("fails in the first event", ((HEAD + event({"error": {"message": "x", "type": "overloaded_error"}}),), GOOD), asked=2, api="stream"),
    Mode("streams nothing once", ((HEAD,), GOOD), asked=2, api="stream"),
    Mode("streams nothing", ((HEAD,),), "before it began", 3, "connection", "stream"),
    Mode("is done at once", ((HEAD + DONE,),), "before it began", 3, "connection", "stream"),
    Mode("ends without a reason or `[DONE]`", ((HEAD + piece(),),), CUT, 1, "connection", "stream"),
    Mode("is done without a reason", ((HEAD + piece() + DONE,),), CUT, 1, "connection", "stream"),
    Mode("has a reason and no `[DONE]`", ((HEAD + piece(reason="stop"),),), api="stream"),
    Mode("resets in the middle", ((HEAD + piece("a "), 0.05, RESET),), "can't be reached", 1, "connection", "stream"),
    Mode("hangs in the middle", ((HEAD + piece("a "), HANG),), "", 1, "timeout", "stream"),
    Mode("is cut inside of an event", ((HEAD + piece("a ") + b'data: {"choi',),), NOT_JSON, api="stream"),
    Mode("streams comments for ever", ((HEAD, DRIP),), "no whole answer in", 1, "timeout", "stream"),
    Mode("streams a line for ever", ((HEAD + b"data: " + b"x" * 200_000, HANG),), "an event of more than", api="stream"),
    Mode("answers JSON for a stream", ((text(),),), "answered at once", api="stream"),
    Mode("answers an error for a stream", ((response({"error": {"message": "no such thing"}}),),), "no such thing", api="stream"),
    Mode("fails in the middle", ((HEAD + piece("a ") + event({"error": {"message": "oh"}}),),), "oh", api="stream"),
    Mode("fails in the middle, by name", ((HEAD + piece("a ") + b"event: error\n" + event({"message": "oh"}),),), "oh", api="stream"),
    Mode("streams a list", ((HEAD + event([1]),),), ODD, api="stream"),
    Mode("streams what is not JSON", ((HEAD + event(b"hello"),),), NOT_JSON, api="stream"),
    Mode("goes on behind the end", ((HEAD + piece(reason="stop") + piece("more"),),), "behind the end", api="stream"),
    Mode("streams a second answer", ((HEAD + event({"choices": [{"index": 1, "text": "b"}]}),),), "not asked for", api="stream"),
    Mode("ends a stream for an unknown reason", ((HEAD + piece(reason="moon") + DONE,),), ODD, api="stream"),
    Mode("echoes the key in a stream", ((HEAD + event({"error": {"message": KEY}}),),), "***", api="stream"),
    Mode("ends lines as Windows does", ((STREAM.replace(b"\n\n", b"\r\n\r\n"),),), api="stream"),
    Mode("forgets the last empty line", ((STREAM.removesuffix(b"\n\n"),),), api="stream"),
    Mode("sends one byte at a time", (tuple(bytes([b]) for b in STREAM),), api="stream"),
    Mode("sends comments between events", ((HEAD + b": ping\n\n" + piece("a river", "stop") + DONE,),), api="stream"),
    Mode("sends an account behind the end", ((HEAD + piece(reason="stop") + event({"choices": [], "usage": USAGE}) + DONE,),), api="stream"),
    Mode("streams null in a chat", ((HEAD + delta(None) + delta("a river", "stop") + DONE,),), api="chat stream"),
    Mode("refuses in a stream", ((HEAD + delta(None, refusal="I can't") + delta(None, "stop") + DONE,),), "I can't", api="chat stream"),
    Mode("streams nothing natively", ((HEAD + DONE,),), "ended before it began", 3, "connection", "sglang stream"),
    Mode("ends a native stream early", ((HEAD + step([5], 1) + DONE,),), "before the generation did", 1, "connection", "sglang stream"),
    Mode("streams ids that no model has", ((HEAD + step([10**8], 1, **ENDS) + DONE,),), "none of the model's", api="sglang stream"),
)  # fmt: skip

MESSAGES = (
    Mode("refuses in a message", ((message(stop_reason="refusal"),),), "refused to answer", api="anthropic"),
    Mode("ends a message for no reason", ((message(stop_reason=None),),), ODD, api="anthropic"),
    Mode("pauses a message", ((message(stop_reason="pause_turn"),),), "nobody asked for", api="anthropic"),
    Mode("fills its context", ((message(stop_reason="model_context_window_exceeded"),),), "fit", api="anthropic", code="3101"),
    Mode("has a block without text", ((message([{"type": "text"}]),),), "without text", api="anthropic"),
    Mode("has no account", ((message(usage=None),),), ODD, api="anthropic"),
    Mode("is overloaded in its first event", ((HEAD + BUSY,), GOOD), asked=2, api="anthropic stream"),
    Mode("is overloaded in the middle", ((BEGIN + MIDDLE + BUSY,),), "Overloaded", 1, "overloaded", "anthropic stream"),
    Mode("ends a message without its end", ((BEGIN + MIDDLE + END,),), CUT, 1, "connection", "anthropic stream"),
    Mode("stops a message without a reason", ((BEGIN + MIDDLE + STOP,),), CUT, 1, "connection", "anthropic stream"),
    Mode("goes on behind a message's end", ((BEGIN + END + MIDDLE,),), "behind the end", api="anthropic stream"),
)  # fmt: skip

MARK = "<!-- modes: written by tests/misbehaving.py -->\n"
MODES = (*TRANSPORT, *ANSWERS, *STREAMS, *MESSAGES)


def table() -> str:
    """The modes as `docs/backends.md` prints them."""
    lines = ["| the server | what becomes of the call |", "| --- | --- |"]
    for mode in MODES:
        lines.append(f"| {mode.what} | {_outcome(mode)} |")
    return "\n".join(lines) + "\n"


def _outcome(mode: Mode) -> str:
    if mode.tries[-1] is GOOD or not (mode.says or mode.why):
        return "answered" if mode.asked == 1 else f"answered at try {mode.asked}"
    tries = f", after {mode.asked} tries" if mode.asked > 1 else ""
    may = f"; may pass: {mode.why}" if mode.why else ""
    says = mode.says.replace("|", "\\|").replace("<", "&lt;")
    return f"SGL{mode.code}{tries}" + (f': "{says}"' if says else "") + may


# --- the server -----------------------------------------------------------------------------------


@dataclass
class Misbehaving:
    """Serves a mode until it is used up, then right answers where the mode says so."""

    mode: Mode
    right: bytes
    requests: list[bytes] = field(default_factory=list)
    well: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request by the script whose turn it is."""
        self.requests.append(await _request(reader))
        at = min(len(self.requests) - 1, len(self.mode.tries) - 1)
        script = GOOD if self.well else self.mode.tries[at]
        try:
            await self._play((self.right,) if script is GOOD else script, writer)  # type: ignore[arg-type]
        except (ConnectionError, OSError):
            pass  # the client went away
        finally:
            writer.close()

    async def _play(self, script: Script, writer: asyncio.StreamWriter) -> None:
        for step_ in script:
            if step_ is RESET:
                linger = struct.pack("ii", 1, 0)  # so that closing resets
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
                writer.transport.abort()
            elif step_ is HANG:
                await asyncio.sleep(5)
            elif step_ is DRIP:
                for _ in range(200):
                    writer.write(b": \n\n")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            elif isinstance(step_, float):
                await asyncio.sleep(step_)
            elif isinstance(step_, bytes):
                writer.write(step_)
                await writer.drain()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
    return head + body


@contextmanager
def misbehaving(server: Misbehaving) -> Iterator[str]:
    """The address of the server while it runs, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(server.serve, "127.0.0.1", 0), loop
    ).result(5)
    try:
        yield f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(made), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _stop(made: asyncio.Server) -> None:
    made.close()
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


if __name__ == "__main__":
    from pathlib import Path

    page = Path(__file__).parent.parent / "docs" / "backends.md"
    head, mark, _ = page.read_text(encoding="utf-8").partition(MARK)
    page.write_text(f"{head}{mark}\n{table()}", encoding="utf-8")
