from openai import OpenAI

client = OpenAI()
HANDLERS = {"print": print}


class Agent:
    def __init__(self, registry):
        self.registry = registry

    def ask(self, history):
        names = ", ".join(sorted(HANDLERS)) + f" ({len(HANDLERS)} of them)"
        system = "You sell. " * 100 + f"{self.registry}" + names
        return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": system}, *history])
