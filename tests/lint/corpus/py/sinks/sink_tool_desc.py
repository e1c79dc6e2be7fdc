from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from openai import OpenAI
client = OpenAI()
def ask(messages):
    tools = [{"type": "function", "function": {"name": "look", "description": head(), "parameters": {}}}]
    return client.chat.completions.create(model="m", messages=messages, tools=tools)
