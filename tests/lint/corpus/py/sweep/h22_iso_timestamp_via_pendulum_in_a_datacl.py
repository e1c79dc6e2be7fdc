"""ISO timestamp via pendulum in a dataclass property used by __str__."""

from dataclasses import dataclass
import pendulum
from openai import OpenAI
client = OpenAI()
@dataclass
class Frame:
    place: str
    def __str__(self): return f"{self.place} at {pendulum.now().to_iso8601_string()}"  # want: PFX101
def ask(q): return client.responses.create(model="gpt-5.1", instructions=f"{Frame('Kiel')}\n" + "For h22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, input=q)
