"""Functools.cached_property not; property with now."""

from datetime import datetime
from openai import OpenAI
SYS = "For c21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Persona:
    def __init__(self, client): self.client = client
    @property
    def header(self): return f"Local time {datetime.now():%H:%M}"  # want: PFX101
    @property
    def prompt(self): return "\n\n".join([self.header, SYS])
    def ask(self, q): return self.client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":self.prompt},{"role":"user","content":q}])
