from openai import OpenAI

client = OpenAI()
SYSTEM = "You are the help desk of a ferry line. " * 60


class Desk:
    def __init__(self):
        self.turns = []

    def ask(self, text):
        self.turns.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": SYSTEM}, *self.turns])
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})

    def protocol(self):
        text = "\n".join(f"{m['role']}: {m['content']}" for m in self.turns)
        r = client.chat.completions.create(
            model="gpt-5.5-mini", messages=[{"role": "system", "content": "Write the minutes."}, {"role": "user", "content": text}])
        return r.choices[0].message.content
