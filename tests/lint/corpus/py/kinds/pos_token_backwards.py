from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def fit(history, limit=4000):
    kept, used = [], 0
    for m in reversed(history):  # want: PFX207
        used += len(m["content"]) // 4
        if used > limit:
            break
        kept.insert(0, m)
    return kept
def ask(history):
    window = fit(history)
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *window])
