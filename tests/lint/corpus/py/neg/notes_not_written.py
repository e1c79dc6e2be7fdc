from pathlib import Path

import anthropic

NOTES = Path(__file__).parent / "prompts" / "house.md"


class Helper:
    def __init__(self) -> None:
        self.client = anthropic.Anthropic()
        self.messages: list[dict] = []

    def system(self) -> str:
        return (
            f"{NOTES.read_text()}\n" + "You help in the house. Ask before you order anything. " * 30
        )

    def turn(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = self.client.messages.create(
            model="claude-sonnet-5", max_tokens=900, system=self.system(), messages=self.messages
        )
        Path("last_answer.txt").write_text(reply.content[0].text)
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply.content[0].text
