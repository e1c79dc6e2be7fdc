import json
from typing import Callable

from openai import OpenAI

client = OpenAI(base_url="http://llama:8080/v1", api_key="x")
Handler = Callable[..., str]


class Loop:
    def __init__(self, system: str, tools: list[dict], handlers: dict[str, Handler]):
        self.messages: list[dict] = [{"role": "system", "content": system}]
        self.tools = tools
        self.handlers = handlers

    def _execute(self, call) -> dict:
        kwargs = json.loads(call.function.arguments or "{}")
        try:
            output = self.handlers[call.function.name](**kwargs)
        except TypeError as exc:
            output = f"bad arguments: {exc}"
        return {"role": "tool", "tool_call_id": call.id, "content": output}

    def run(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        while True:
            message = client.chat.completions.create(model="local", messages=self.messages, tools=self.tools).choices[0].message
            self.messages.append(message.model_dump(exclude_none=True))
            if not message.tool_calls:
                return message.content
            self.messages.extend(self._execute(c) for c in message.tool_calls)
