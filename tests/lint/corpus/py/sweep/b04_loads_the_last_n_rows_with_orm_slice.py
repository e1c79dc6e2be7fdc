"""Loads the last n rows with ORM slice."""

from openai import OpenAI
from .models import Message
client = OpenAI()
SYSTEM = "For b04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def past(chat_id, n=20):
    rows = Message.objects.filter(chat_id=chat_id).order_by("-created_at")[:n]  # want: PFX207
    return [{"role": m.role, "content": m.text} for m in reversed(rows)]
def turn(chat_id, text):
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *past(chat_id), {"role":"user","content":text}])
