from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def ask(history):
    pairs = list(zip(history[::2], history[1::2]))
    window = [m for pair in pairs[-5:] for m in pair]  # want: PFX207
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
