"""Sqlalchemy scalars without order joined."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from openai import OpenAI
from db import Rule
client = OpenAI()
SYS = "For i10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def rules(s: Session): return [r.text for r in s.scalars(select(Rule).where(Rule.active))]  # want: PFX301 PFX204
def say(s: Session, log): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS + "\n".join(rules(s))}, *log])
