"""Set attribute by annotation, joined."""

from dataclasses import dataclass, field
from openai import OpenAI
client = OpenAI()
SYSTEM = "For a09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@dataclass
class Device:
    name: str
    aliases: set[str] = field(default_factory=set)
def describe(devices: list[Device]) -> str:
    return "\n".join(f"{d.name} ({', '.join(d.aliases)})" for d in devices)  # want: PFX301
def ask(devices: list[Device], history, q):
    return client.chat.completions.create(model="m", messages=[{"role":"system","content": SYSTEM + describe(devices)}, *history, {"role":"user","content":q}])
