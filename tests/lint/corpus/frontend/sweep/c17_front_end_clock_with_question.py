"""Front end: clock with question."""

import time
import sglc as sgl
RULES = "For c17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def f(s, q):
    s += sgl.system(RULES)
    s += sgl.user(f"{q}\n(now {time.ctime()})")
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
