from collections import Counter

from openai import OpenAI


class ToolBox:
    def __init__(self, tools: list[dict]) -> None:
        self.tools = tools
        self.used: Counter[str] = Counter()

    def ordered(self) -> list[dict]:
        return sorted(
            self.tools, key=lambda t: -self.used[t["function"]["name"]]
        )  # want: PFX304 PFX305


class Agent:
    def __init__(self, box: ToolBox) -> None:
        self.box = box
        self.client = OpenAI()
        self.messages = [{"role": "system", "content": "Use the tools. " * 60}]

    def step(self, text: str):
        self.messages.append({"role": "user", "content": text})
        reply = self.client.chat.completions.create(
            model="gpt-5.1", messages=self.messages, tools=self.box.ordered()
        )
        message = reply.choices[0].message
        for call in message.tool_calls or []:
            self.box.used[call.function.name] += 1
        self.messages.append(message.model_dump())
        return message
