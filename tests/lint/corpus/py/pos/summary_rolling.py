from openai import OpenAI

client = OpenAI()
SYSTEM = "You are a nurse's assistant. " + "Never diagnose. Note the time of each dose. " * 25


class Rolling:
    def __init__(self) -> None:
        self.turns: list[dict] = []
        self.summary = ""

    def _compress(self) -> None:
        text = "\n".join(t["content"] for t in self.turns)
        self.summary = (  # want: PFX201 PFX207
            client.chat.completions.create(
                model="gpt-5.1-mini", messages=[{"role": "user", "content": f"Summarise:\n{text}"}]
            )
            .choices[0]
            .message.content
        )

    def ask(self, text: str) -> str:
        self._compress()
        messages = [
            {"role": "system", "content": f"Summary so far: {self.summary}\n\n{SYSTEM}"},
            *self.turns,
            {"role": "user", "content": text},
        ]
        reply = client.chat.completions.create(model="gpt-5.1", messages=messages)
        self.turns.append({"role": "user", "content": text})
        self.turns.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.turns[-1]["content"]
