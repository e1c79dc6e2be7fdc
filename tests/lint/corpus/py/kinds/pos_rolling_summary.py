from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
class S:
    def __init__(self):
        self.history = []
    def ask(self, q):
        self.history.append({"role": "user", "content": q})
        window = [{"role": "user", "content": self.summarise(self.history[:-4])}, *self.history[-4:]]  # want: PFX207
        return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
    def summarise(self, old):
        return " ".join(m["content"][:40] for m in old)
