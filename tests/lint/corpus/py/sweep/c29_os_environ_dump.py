"""Os.environ dump."""

import os
from openai import OpenAI
client = OpenAI()
SYS = "For c29 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(q, log): return client.responses.create(model="gpt-5.1", instructions=f"cwd={os.getcwd()} user={os.environ.get('USER')}\n" + SYS, input=[*log, q])  # want: PFX105 PFX201
