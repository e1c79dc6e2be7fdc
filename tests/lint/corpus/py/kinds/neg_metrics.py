from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
import time
from company.metrics import Timer
def lines():
    timer = Timer("lines", start=time.time())
    text = "a\nb"
    timer.stop(time.time())
    return text
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
