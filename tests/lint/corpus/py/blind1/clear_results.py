from typing import Any

from openai import OpenAI

KEEP = 3
CLEARED = "[output removed to save space]"


def slim(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leaves the newest tool outputs, blanks the rest."""
    positions = [i for i, m in enumerate(messages) if m["role"] == "tool"]
    old = set(positions[:-KEEP])
    return [{**m, "content": CLEARED} if i in old else m for i, m in enumerate(messages)]  # want: PFX207


class Shell:
    def __init__(self, system: str, tools: list[dict]):
        self.client = OpenAI()
        self.tools = tools
        self.log: list[dict[str, Any]] = [{"role": "system", "content": system}]

    def advance(self):
        message = self.client.chat.completions.create(
            model="gpt-4.1", messages=slim(self.log), tools=self.tools  # want: PFX207
        ).choices[0].message
        self.log.append(message.model_dump(exclude_none=True))
        return message

    def feed(self, call_id: str, output: str) -> None:
        self.log.append({"role": "tool", "tool_call_id": call_id, "content": output})
