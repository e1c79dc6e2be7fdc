from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
class S:
    def __init__(self):
        self.history = []
    def ask(self, q):
        self.history.append({"role": "user", "content": q})
        while sum(len(m["content"]) for m in self.history) > 9000:
            del self.history[0]  # want: PFX207
        window = self.history
        return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
