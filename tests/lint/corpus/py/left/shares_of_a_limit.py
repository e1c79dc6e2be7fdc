"""Results share a limit, so that all of them are cut anew with each one that comes."""

import litellm

LIMIT = 30_000


def within(messages: list[dict]) -> list[dict]:
    long = [m for m in messages if m["role"] == "tool"]
    each = LIMIT // max(len(long), 1)
    return [{**m, "content": m["content"][:each]} for m in messages]  # want: PFX207


class Surveyor:
    def __init__(self, system: str):
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = litellm.completion(model="openai/gpt-5.1", messages=within(self.messages))
        self.messages.append(reply.choices[0].message.model_dump())
        return self.messages[-1]["content"]


class Valuer:
    def __init__(self, system: str):
        self.log = [{"role": "system", "content": system}]

    def ask(self, text: str) -> str:
        self.log.append({"role": "user", "content": text})
        room = LIMIT // len(self.log)
        sent = [{"role": m["role"], "content": m["content"][-room:]} for m in self.log]  # want: PFX207
        reply = litellm.completion(model="openai/gpt-5.1", messages=sent)
        self.log.append(reply.choices[0].message.model_dump())
        return self.log[-1]["content"]
