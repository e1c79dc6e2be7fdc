"""Each message is cut at the same length, and a new result by what is left when it comes."""

import litellm

LIMIT = 30_000


class Surveyor:
    def __init__(self, system: str):
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        sent = [{"role": m["role"], "content": m["content"][:4000]} for m in self.messages]
        reply = litellm.completion(model="openai/gpt-5.1", messages=sent)
        self.messages.append(reply.choices[0].message.model_dump())
        return self.messages[-1]["content"]

    def note(self, call_id: str, output: str) -> None:
        room = LIMIT // len(self.messages)
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": output[:room]})
