"""Browser agent. Screenshots are heavy, so only the newest ones are kept."""
import base64
from typing import Any

from anthropic import Anthropic

client = Anthropic()
KEEP_IMAGES = 2


def drop_old_images(messages: list[dict[str, Any]]) -> None:
    left = KEEP_IMAGES
    for message in reversed(messages):
        if message["role"] != "user" or isinstance(message["content"], str):
            continue
        for result in reversed(message["content"]):
            kept = []
            for part in reversed(result.get("content", [])):
                if part["type"] == "image":
                    if left == 0:
                        continue
                    left -= 1
                kept.insert(0, part)
            result["content"] = kept  # want: PFX207


def screenshot_result(tool_use_id: str, png: bytes) -> dict:
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(png).decode()}
    return {"type": "tool_result", "tool_use_id": tool_use_id, "content": [{"type": "image", "source": source}]}


def browse(system: list[dict], tools: list[dict], task: str, browser, steps: int = 50) -> str:
    messages: list[dict[str, Any]] = [{"role": "user", "content": task}]
    for _ in range(steps):
        drop_old_images(messages)  # want: PFX207
        reply = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=2000, system=system, tools=tools, messages=messages
        )
        messages.append({"role": "assistant", "content": reply.content})
        uses = [b for b in reply.content if b.type == "tool_use"]
        if not uses:
            return reply.content[-1].text
        messages.append({"role": "user", "content": [screenshot_result(u.id, browser.act(u.input)) for u in uses]})
    return "out of steps"
