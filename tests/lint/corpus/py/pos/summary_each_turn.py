"""A summary of the conversation is written anew on each turn, and stands in the system prompt."""
from openai import AsyncOpenAI

client = AsyncOpenAI()
RULES = "You coach people who learn to cook. " * 120


class Coach:
    def __init__(self):
        self.summary = ""
        self.turns = []

    async def _update(self):
        reply = await client.chat.completions.create(
            model="gpt-5.1-mini",
            messages=[{"role": "user", "content": f"Summarise: {self.summary}\n{self.turns[-2:]}"}],
        )
        self.summary = reply.choices[0].message.content  # want: PFX201 PFX207

    async def say(self, text):
        system = f"{RULES}\n\nSummary so far: {self.summary}"
        self.turns.append({"role": "user", "content": text})
        reply = await client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": system}, *self.turns]
        )
        self.turns.append({"role": "assistant", "content": reply.choices[0].message.content})
        await self._update()
        return self.turns[-1]["content"]
