"""Mem0/assistant truncation_strategy last_messages."""

import openai
client = openai.OpenAI()
def run(thread):
    return client.beta.threads.runs.create(thread_id=thread, assistant_id="a", instructions="For e21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, truncation_strategy={"type": "last_messages", "last_messages": 10})  # want: PFX207
