"""Two agents, each with a history of its own."""
from openai import OpenAI

client = OpenAI()


class Talker:
    def __init__(self, system):
        self.system = system
        self.turns = []

    def say(self, text):
        self.turns.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": self.system}, *self.turns])
        self.turns.append({"role": "assistant", "content": r.choices[0].message.content})
        return r.choices[0].message.content


def debate(topic):
    one, two = Talker("You are for it. " * 100), Talker("You are against it. " * 100)
    said = topic
    for _ in range(4):
        said = two.say(one.say(said))
    return said
