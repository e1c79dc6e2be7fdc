"""Sqlalchemy limit desc."""

from sqlalchemy import select
from openai import OpenAI
from .models import Msg
client = OpenAI()
SYSTEM = "For b05 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Repo:
    def __init__(self, session): self.session = session
    def recent(self, cid, limit):
        stmt = select(Msg).where(Msg.cid == cid).order_by(Msg.id.desc()).limit(limit)  # want: PFX207
        return list(reversed(self.session.scalars(stmt).all()))
def turn(repo: Repo, cid, text):
    past = [{"role": m.role, "content": m.body} for m in repo.recent(cid, 16)]
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *past, {"role":"user","content":text}])
