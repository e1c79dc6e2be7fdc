from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def lines():
    seen = set()
    out = []
    for t in ("a", "b", "a"):
        if t not in seen:
            seen.add(t)
            out.append(t)
    return "\n".join(out)
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
