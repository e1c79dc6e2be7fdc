"""Front end: hits above rules."""

import sglc as sgl
RULES = "For i22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def f(s, index, q):
    hits = index.search(q, k=3)
    s += sgl.system("\n".join(h.text for h in hits) + "\n" + RULES)  # want: PFX204 PFX201 PFX202
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=9))
