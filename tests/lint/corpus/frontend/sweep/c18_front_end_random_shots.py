"""Front end: random shots."""

import random
import sglc as sgl
RULES = "For c18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
POOL = [("a", "b"), ("c", "d")] * 20
@sgl.function
def f(s, q):
    s += sgl.system(RULES)
    for a, b in random.sample(POOL, 4):  # want: PFX102 PFX205 PFX201
        s += sgl.user(a)
        s += sgl.assistant(b)
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
