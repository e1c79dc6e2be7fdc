"""Images go to a chat where they stand in its turns; what can't be read is an error before anything is sent."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from anthropic.types import message_create_params as messages
from official_types import Official
from openai.types.chat import completion_create_params as chats

from sglc.compiler.driver.compilation import compile_file
from sglc.ir.target import Target
from sglc.ir.target.rules import rules_for
from sglc.runtime.backend import (
    BackendError,
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    ImagePlace,
    PromptText,
    SharedPlace,
    Usage,
)
from sglc.runtime.backends import anthropic_requests, openai_requests
from sglc.runtime.backends.dialects import dialect_of
from sglc.runtime.backends.pictures import picture_of
from sglc.runtime.executor.executor import execute

TARGET = Target.estimating()
DOT = "data:image/png;base64,iVBORw0KGgo="
URL = "https://example.org/a.jpg"
PROGRAM = """
program compare(left: image, right: image) -> str:
    system: "You look."
    user:
        left
        "and"
        right
        "Which is larger?"
    assistant: first = gen(max_tokens=8)
    user:
        "And now?"
        left
    assistant: second = gen(max_tokens=8)
    return second
"""
TURNS = (
    ("system", "You look.", False),
    ("user", "First.Then.", False),
    ("assistant", "", True),
)


@dataclass
class Chat:
    """Takes images, and notes what it is asked."""

    name: str = "chat"
    asked: list[PromptText] = field(default_factory=list[PromptText])
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            token_ids=False, images=True, chat=True, prefill=False, scores=False
        )
    )

    async def generate(self, request: GenRequest) -> GenReply:
        assert request.prompt_text is not None
        self.asked.append(request.prompt_text)
        return GenReply((Completion((), (), "Left.", "eos"),), Usage())


def test_images_stand_in_their_turns_behind_the_text_before_them(tmp_path: Path) -> None:
    path = tmp_path / "compare.sgl"
    path.write_text(PROGRAM)
    build = compile_file(path, model="estimate")
    chat: Any = Chat()
    args = {"left": "a.png", "right": URL}
    asyncio.run(execute(build.plan, "compare", args, backend=chat, target=build.choice.target))
    first, second = chat.asked
    assert [turn[:2] for turn in first.turns[:2]] == [
        ("system", "You look."),
        ("user", "andWhich is larger?"),
    ]
    assert first.images == (ImagePlace(1, 0, "a.png"), ImagePlace(1, 3, URL))
    assert second.images == (*first.images, ImagePlace(3, 8, "a.png"))


def openai_body(*images: ImagePlace) -> dict[str, Any]:
    wording = openai_requests.Wording(dialect_of("hosted"), True, False, TARGET.tokenizer)
    body = wording.prompt((), PromptText("", TURNS, images=images))
    Official(chats.CompletionCreateParamsNonStreaming).check({"model": "m", **body})
    return body


def test_openai_s_turns_have_parts() -> None:
    body = openai_body(ImagePlace(1, 0, URL), ImagePlace(1, 6, DOT), ImagePlace(1, 11, URL))
    assert body["messages"][0]["content"] == "You look."
    shown = [
        part.get("text") or part["image_url"]["url"] for part in body["messages"][1]["content"]
    ]
    assert shown == [URL, "First.", DOT, "Then.", URL]


def anthropic_body(images: tuple[ImagePlace, ...], *shared: SharedPlace) -> dict[str, Any]:
    wording = anthropic_requests.Wording("claude-opus-4-8", rules_for("anthropic"))
    body = wording.prompt(PromptText("", TURNS, shared, images))
    Official(messages.MessageCreateParamsNonStreaming).check({**body, "max_tokens": 5})
    return body


def shown(block: dict[str, Any]) -> str:
    return block.get("text") or block["source"].get("url") or block["source"]["data"]


def test_anthropic_s_turns_have_blocks() -> None:
    images = ImagePlace(1, 0, URL), ImagePlace(1, 6, DOT), ImagePlace(1, 11, URL)
    (user,) = anthropic_body(images)["messages"]
    assert [shown(block) for block in user["content"]] == [
        URL, "First.", "iVBORw0KGgo=", "Then.", URL,
    ]  # fmt: skip


def test_images_count_among_the_blocks_that_marks_look_back_over() -> None:
    images = tuple(ImagePlace(1, 0, URL) for _ in range(3))
    place = SharedPlace(1, 6, 5000, 2, True, False)
    with_images = anthropic_requests.Blocks(TURNS, [place], images)
    assert with_images.number(place) == anthropic_requests.Blocks(TURNS, [place]).number(place) + 3


def test_an_image_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.PNG"
    path.write_bytes(b"PNG")
    data = base64.b64encode(b"PNG").decode()
    assert picture_of(str(path)).url == f"data:image/png;base64,{data}"
    assert picture_of(URL).url == URL
    assert picture_of(DOT).url == DOT


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere.png", "No such file"),
        ("notes.txt", "is no image by its name"),
        ("data:text/plain;base64,AA==", "none of an image"),
        ("data:image/png,raw", "none of an image"),
    ],
)
def test_what_is_no_image_is_named(source: str, message: str) -> None:
    with pytest.raises(BackendError, match=message) as raised:
        picture_of(source)
    assert raised.value.code == "3110"
