"""Front end: clock through a dataclass and format."""

import dataclasses, datetime
import sglc as sgl
RULES = "For i21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@dataclasses.dataclass
class Shift:
    name: str
    started: datetime.datetime = dataclasses.field(default_factory=datetime.datetime.now)  # want: PFX101 PFX201
@sgl.function
def f(s, q):
    shift = Shift("night")
    s += sgl.system("Shift {0.name} since {0.started}\n".format(shift) + RULES)
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=9))
