"""A link to a service of tools is made again when it has broken, and what it offers is read anew."""

from openai import OpenAI

client = OpenAI()


class Link:
    def __init__(self, wire):
        self.wire = wire
        self.offers: list[dict] = []

    def dial(self) -> None:
        listed = self.wire.handshake().list_tools()
        self.offers = [  # want: PFX305
            {"type": "function", "function": {"name": t.name, "parameters": t.inputSchema}}
            for t in sorted(listed.tools, key=lambda t: t.name)
        ]

    def keep(self) -> None:
        if self.wire.state != "up":
            self.dial()


class Clerk:
    def __init__(self, link: Link):
        self.link = link
        self.talk: list[dict] = []

    def hear(self, words: str):
        self.link.keep()
        self.talk.append({"role": "user", "content": words})
        return client.chat.completions.create(
            model="gpt-4.1", tools=self.link.offers, messages=self.talk
        )
