from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from openai import OpenAI
client = OpenAI()
def make(thread):
    return client.beta.threads.runs.create(thread_id=thread, assistant_id="a", additional_instructions=head())
