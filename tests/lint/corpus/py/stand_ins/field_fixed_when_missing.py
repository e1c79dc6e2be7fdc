from datetime import datetime

from openai import OpenAI

client = OpenAI()
WORDS = """Line {line}.

""" + "Answer callers of the ferry line. Name the pier and the fare. Offer the next boat. " * 60


class Fields(dict):
    def __init__(self, own, computed):
        super().__init__(own)
        self._computed = computed

    def __missing__(self, key):
        if key in self._computed:
            return self._computed[key]()
        return "{" + key + "}"


class Clerk:
    def __init__(self, own, line="North"):
        self.fields = Fields(own, {"line": lambda: line})
        self.talk = []

    def answer(self, text):
        self.talk.append({"role": "user", "content": text})
        head = {"role": "system", "content": WORDS.format_map(self.fields)}
        r = client.chat.completions.create(model="gpt-5", messages=[head, *self.talk])
        self.talk.append(r.choices[0].message)
        return r
