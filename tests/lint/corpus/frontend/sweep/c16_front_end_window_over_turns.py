"""Front end: window over turns."""

import sglc as sgl
RULES = "For c16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def f(s, history, q):
    s += sgl.system(RULES)
    for m in history[-8:]:  # want: PFX207
        s += sgl.user(m["q"])
        s += sgl.assistant(m["a"])
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
