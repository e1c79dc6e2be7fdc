from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from openai import OpenAI
client = OpenAI()
def ask(q):
    with client.responses.stream(model="gpt-5.1", instructions=head(), input=q) as stream:
        for e in stream: print(e)
