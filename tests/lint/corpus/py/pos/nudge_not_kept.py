"""A nudge goes along with the newest message and isn't stored."""
import litellm

NUDGE = "\n\n(Keep the plan up to date.)"


class Session:
    def __init__(self, system: str) -> None:
        self.log = [{"role": "system", "content": system}]

    def outgoing(self) -> list[dict]:
        *rest, last = self.log
        return [*rest, {**last, "content": last["content"] + NUDGE}]  # want: PFX209 PFX207

    def say(self, text: str) -> str:
        self.log.append({"role": "user", "content": text})
        reply = litellm.completion(model="openai/gpt-5.1", messages=self.outgoing())
        self.log.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.log[-1]["content"]
