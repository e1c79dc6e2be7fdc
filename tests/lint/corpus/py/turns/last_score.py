from anthropic import AsyncAnthropic

client = AsyncAnthropic()
RULES = "You train for a spelling bee. One word at a time. Use it in a sentence. Never spell it first. " * 8


class Bee:
    def __init__(self, judge):
        self.judge = judge
        self.last = None
        self.lines = []

    async def turn(self, text):
        head = RULES if self.last is None else f"Last score: {self.last}\n{RULES}"
        self.lines.append({"role": "user", "content": text})
        r = await client.messages.create(model="claude-sonnet-4-5", max_tokens=200, system=head, messages=self.lines)
        self.last = self.judge.score(text, r.content[0].text)  # want: PFX201
        return r
