from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def lines():
    d = {k: k.upper() for k in set(("a", "b"))}  # want: PFX301
    return "\n".join(f"{k}={v}" for k, v in d.items())
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
