from openai import OpenAI

client = OpenAI()
RULES = "You repair church organs and say what you need. " * 60


class Organ:
    def __init__(self, tools):
        self.items = []
        self.tools = tools

    def ask(self, text):
        self.items.append({"role": "user", "content": text})
        r = client.responses.create(model="gpt-5.5", instructions=RULES, input=self.items, tools=self.tools)
        self.items += r.output
        if len(self.items) > 80:
            self._shrink()
        return r.output_text

    def _shrink(self):
        r = client.responses.create(  # want: PFX212 PFX305
            model="gpt-5.5", instructions="Sum up what was agreed.", input=self.items + [{"role": "user", "content": "Go."}])
        self.items = [{"role": "user", "content": r.output_text}]
