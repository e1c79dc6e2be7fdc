from openai import OpenAI

client = OpenAI()
BASE = "You plan a garden over a year. Name months. Mind frost. Prefer native plants. Keep beds in rotation. Ask for soil and sun. " * 4


class Planner:
    def __init__(self):
        self.messages = []
        self.summary = ""
        self.busy = False

    def _compact(self):
        if len(self.messages) < 80:
            return
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": BASE + self.summary}, *self.messages, {"role": "user", "content": "Summarise all of it."}])
        self.summary = r.choices[0].message.content
        self.messages = self.messages[-20:]

    def say(self, text):
        self.busy = True
        self._compact()
        self.messages.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": BASE + self.summary}, *self.messages])
        self.messages.append({"role": "assistant", "content": r.choices[0].message.content})
        self.busy = False
        self.last_usage = r.usage
        return r
