from pathlib import Path

import anthropic

MEMORY = Path("~/.helper/MEMORY.md").expanduser()


def remember(fact: str) -> str:
    with MEMORY.open("a") as out:
        out.write(f"- {fact}\n")
    return "noted"


class Helper:
    def __init__(self) -> None:
        self.client = anthropic.Anthropic()
        self.messages: list[dict] = []

    def system(self) -> str:
        known = MEMORY.read_text() if MEMORY.exists() else ""  # want: PFX201
        return (
            f"What you know:\n{known}\n"
            + "You help in the house. Ask before you order anything. " * 30
        )

    def turn(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = self.client.messages.create(
            model="claude-sonnet-5", max_tokens=900, system=self.system(), messages=self.messages
        )
        for block in reply.content:
            if block.type == "tool_use":
                remember(block.input["fact"])
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply.content[0].text
