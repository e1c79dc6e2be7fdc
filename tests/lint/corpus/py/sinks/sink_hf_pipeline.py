from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from transformers import pipeline
pipe = pipeline("text-generation", model="m")
def ask(q):
    return pipe([{"role": "system", "content": head()}, {"role": "user", "content": q}], max_new_tokens=5)
