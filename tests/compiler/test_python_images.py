"""Images in Python programs: a file, an address, or bytes, sent alike in both modes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from fake_servers import OpenAIServer, running
from official_types import Official
from openai.types.chat import completion_create_params as chats
from plan_writer import TARGET

import sglc as sgl
from sglc.ir.target import ChatTemplate, Target

CHAT = Target("chat", TARGET.tokenizer, ChatTemplate.chatml())
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class SeeingServer(OpenAIServer):
    """Says the same of every picture; bodies are held to the official types."""

    def post(self, path: str, body: Any) -> Any:
        if not path.endswith("/chat/completions"):
            return super().post(path, body)
        Official(chats.CompletionCreateParamsNonStreaming).check(body)
        message = {"role": "assistant", "content": "A dot."}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": "small",
            "choices": [choice],
        }


@sgl.function
def look(s: Any, picture: Any) -> None:
    s += sgl.user(sgl.image(picture) + "What is it?")
    s += sgl.assistant(sgl.gen("answer", max_tokens=4))


def sent(picture: Any, mode: str) -> str:
    """The address that the service is sent."""
    server = SeeingServer(CHAT, owner="hosted")
    with running(server) as url:
        backend = sgl.OpenAI("small", base_url=f"{url}/v1", is_chat_model=True)
        state = look.run(picture, backend=backend, mode=mode)
        assert state.error() is None, state.error()
        backend.shutdown()
    body = next(body for path, body in server.asked if path.endswith("/chat/completions"))
    image, text = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    return image["image_url"]["url"]


@pytest.mark.parametrize("mode", ["auto", "direct"])
def test_bytes_and_files_are_sent_as_what_they_hold(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(DOT)
    held = f"data:image/png;base64,{base64.b64encode(DOT).decode()}"
    found = [sent(each, mode) for each in (DOT, bytearray(DOT), str(path), held)]
    assert found == [held] * 4
    assert sent("https://example.org/a.jpg", mode) == "https://example.org/a.jpg"


@pytest.mark.parametrize(
    ("begin", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"), (b"GIF89a", "gif"), (b"RIFF\0\0\0\0WEBP", "webp"), (b"BM", "bmp"),
    ],
)  # fmt: skip
def test_the_kind_of_bytes_is_told_by_how_they_begin(begin: bytes, kind: str) -> None:
    mark = sgl.image(begin + bytes(8))
    assert mark.source.startswith(f"data:image/{kind};base64,")


def test_what_is_no_image_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="no image"):
        sgl.image(b"%PDF-1.7")
    with pytest.raises(TypeError):
        sgl.image(3)  # type: ignore[arg-type]
    assert sgl.image(Path("a.png")).source == "a.png"
