from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def ask(history):
    window = [m for i, m in enumerate(history) if i >= len(history) - 20]  # want: PFX207
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
