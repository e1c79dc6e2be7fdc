"""Support assistant: phase is kept on the agent."""
from openai import OpenAI

RULES = """You are the support assistant of a bank. Answer in the customer's language. Never disclose account numbers.
Refer disputes above 500 euros to a person. Quote the fee table literally. Do not promise refunds. Be brief and polite at all times."""


class SupportAgent:
    def __init__(self):
        self.client = OpenAI()
        self.history = []
        self.phase = "greeting"
        self.mood = 0

    def _advance(self, text):
        if "refund" in text:
            self.phase = "refund"  # want: PFX201
        self.mood += 1

    def _system(self):
        return f"Phase: {self.phase}.\n{RULES}"

    def ask(self, text):
        self._advance(text)
        self.history.append({"role": "user", "content": text})
        reply = self.client.chat.completions.create(
            model="gpt-4.1",
            messages=[{"role": "system", "content": self._system()}, *self.history],
        )
        answer = reply.choices[0].message.content
        self.history.append({"role": "assistant", "content": answer})
        return answer
