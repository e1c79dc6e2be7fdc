from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
class Topics:
    def __init__(self):
        self.names: set[str] = set()
    def text(self):
        return "\n".join(self.names)  # want: PFX301
TOPICS = Topics()
def lines():
    return TOPICS.text()
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
