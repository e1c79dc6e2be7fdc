from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from xai_sdk import Client
from xai_sdk.chat import system, user
client = Client()
def ask(q):
    chat = client.chat.create(model="grok-4")
    chat.append(system(head()))
    chat.append(user(q))
    return chat.sample()
