"""Xai chat append system."""

import datetime
from xai_sdk import Client
from xai_sdk.chat import system, user
client = Client()
RULES = "For c19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(q):
    chat = client.chat.create(model="grok-4")
    chat.append(system(f"{datetime.datetime.now():%c}\n{RULES}"))  # want: PFX101
    chat.append(user(q))
    return chat.sample()
