from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def ask(history):
    window = [{**m, "content": m["content"][:200]} for m in history[:-4]] + history[-4:]  # want: PFX207
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
