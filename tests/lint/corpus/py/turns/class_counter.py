from openai import OpenAI

client = OpenAI()
RULES = "You number the finds of a dig. Name layer, square and kind. Never date one. " * 10


class Dig:
    count = 0

    def __init__(self):
        self.lines = []

    def note(self, text):
        Dig.count += 1  # want: PFX201
        self.lines.append({"role": "user", "content": text})
        return client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": f"Find {Dig.count}\n{RULES}"}, *self.lines])
