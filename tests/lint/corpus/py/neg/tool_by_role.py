"""Tools by the role of the account, which stays for a session."""
from openai import OpenAI

TOOLS = {"reader": [{"type": "function", "name": "read"}], "editor": [{"type": "function", "name": "write"}]}


class Session:
    def __init__(self, role: str) -> None:
        self.tools = TOOLS[role]
        self.items: list[dict] = []

    def ask(self, text: str):
        self.items.append({"role": "user", "content": text})
        reply = OpenAI().responses.create(model="gpt-5.1", input=self.items, tools=self.tools)
        self.items += reply.output
        return reply
