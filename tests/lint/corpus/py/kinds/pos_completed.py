from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
from concurrent.futures import ThreadPoolExecutor, as_completed
def lines():
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(str, n) for n in range(4)]
        return "\n".join(j.result() for j in as_completed(jobs))  # want: PFX301 PFX307 PFX201
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
