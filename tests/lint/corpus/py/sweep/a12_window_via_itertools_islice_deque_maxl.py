"""Window via itertools.islice / deque maxlen."""

from collections import deque
from openai import OpenAI
client = OpenAI()
SYSTEM = "For a12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Chat:
    def __init__(self):
        self.turns = deque(maxlen=30)  # want: PFX207
    def say(self, text):
        self.turns.append({"role":"user","content":text})
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *self.turns])
        self.turns.append({"role":"assistant","content":r.choices[0].message.content})
        return r
