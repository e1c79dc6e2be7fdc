"""History is summed up rarely, when it has become long, and stored so."""

from openai import OpenAI

client = OpenAI()
RULES = "Plan journeys by train. " * 90
LIMIT = 400


class Planner:
    def __init__(self):
        self.history: list[dict] = []

    def compact(self) -> None:
        if len(self.history) < LIMIT:
            return
        summary = self._send([*self.history, {"role": "user", "content": "Sum this up."}])
        self.history = [{"role": "user", "content": "Summary: " + summary}]

    def _send(self, messages: list[dict]) -> str:
        reply = client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *messages]
        )
        return reply.choices[0].message.content

    def ask(self, text: str) -> str:
        self.compact()
        self.history.append({"role": "user", "content": text})
        answer = self._send(self.history)
        self.history.append({"role": "assistant", "content": answer})
        return answer
