from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from openai import OpenAI
class Desk:
    def __init__(self):
        self._create = OpenAI().chat.completions.create
    def ask(self, q):
        return self._create(model="m", messages=[{"role": "system", "content": head()}, {"role": "user", "content": q}])
