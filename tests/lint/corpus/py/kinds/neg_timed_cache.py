from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
import time
CACHE = {}
def lines():
    hit = CACHE.get("lines")
    if hit and time.time() - hit[0] < 60:
        return hit[1]
    text = "a\nb"
    CACHE["lines"] = (time.time(), text)
    return text
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
