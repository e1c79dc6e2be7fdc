import os
from openai import OpenAI

client = OpenAI()


class Skills:
    def __init__(self, folder):
        self.folder = folder
        self.names = []

    def scan(self):
        self.names = [n for n in os.listdir(self.folder) if n.endswith(".md")]

    def text(self):
        return "\n".join(sorted(self.names))


def ask(skills: Skills, messages):
    system = skills.text() + "\nUse one of these. Load it first. Never two. Say which. Answer plainly otherwise. Keep to what was asked. Quote the skill where you use it, and name its line."
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": system}, *messages])
