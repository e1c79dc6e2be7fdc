from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def ask(history):
    for m in history[:-2]:
        m["content"] = [b for b in m["content"] if b["type"] != "image"]  # want: PFX207
    window = history
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
