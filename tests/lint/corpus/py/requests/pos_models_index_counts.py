from openai import OpenAI, APIStatusError

client = OpenAI(base_url="http://gpu:8000/v1", api_key="none")
LADDER = ("qwen3.8-72b", "qwen3.8-32b", "qwen3.8-8b")
GUIDE = "You plan walks in the hills. " * 100


class Planner:
    def __init__(self):
        self.step = 0
        self.turns = []

    def _name(self):
        return LADDER[self.step]

    def say(self, text):
        self.turns.append({"role": "user", "content": text})
        while True:
            head = f"You are {self._name()}.\n{GUIDE}"
            try:
                r = client.chat.completions.create(
                    model=self._name(), messages=[{"role": "system", "content": head}, *self.turns])
                break
            except APIStatusError:
                self.step = min(self.step + 1, len(LADDER) - 1)  # want: PFX201 PFX606
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})
        return r
