"""The last call of each question goes without the tools, through the same method as the others."""

from openai import NOT_GIVEN, OpenAI

client = OpenAI()
YARD = "You answer for a boatyard. Look up each mast and each berth before you name one. " * 60


class Yard:
    def __init__(self, tools: list[dict]):
        self.tools = tools
        self.messages = [{"role": "system", "content": YARD}]

    def _say(self, tools=None):
        more = {}
        if tools:
            more["tools"] = tools
        reply = client.chat.completions.create(model="gpt-5.1", messages=self.messages, **more)
        self.messages.append(reply.choices[0].message)
        return reply.choices[0].message

    def ask(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        self._say(self.tools)
        self.messages.append({"role": "user", "content": "Sum it up for the owner of the boat."})
        return self._say().content  # want: PFX305 PFX212


class Quay:
    def __init__(self, tools: list[dict]):
        self.tools = tools
        self.messages = [{"role": "system", "content": YARD}]

    def _say(self, with_tools: bool = True):
        tools = self.tools if with_tools else NOT_GIVEN
        return client.chat.completions.create(model="gpt-5.1", messages=self.messages, tools=tools)

    def ask(self, text: str):
        self.messages.append({"role": "user", "content": text})
        self.messages.append(self._say().choices[0].message)
        return self._say(with_tools=False)  # want: PFX305
