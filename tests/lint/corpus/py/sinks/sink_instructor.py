from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import instructor
from openai import OpenAI
client = instructor.from_openai(OpenAI())
def ask(q, model):
    return client.chat.completions.create(model="gpt-5.1", response_model=model, messages=[{"role": "system", "content": head()}, {"role": "user", "content": q}])
