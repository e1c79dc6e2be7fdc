from collections import OrderedDict

from openai import OpenAI

client = OpenAI()
RULES = "Look after a garden. Name the bed and the tool. Keep to the season. " * 60


class Notes:
    def __init__(self):
        self._notes = OrderedDict()
        self.talk = []

    def put(self, key, value):
        self._notes[key] = value

    def get(self, key):
        self._notes.move_to_end(key)  # want: PFX301
        return self._notes[key]

    def ask(self, text):
        self.talk.append({"role": "user", "content": text})
        head = RULES + "\n".join(f"{k}: {v}" for k, v in self._notes.items())
        r = client.chat.completions.create(model="gpt-5", messages=[{"role": "system", "content": head}, *self.talk])
        self.talk.append(r.choices[0].message)
        return r
