"""Front end: set in loop."""

import sglc as sgl
RULES = "For c15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
TOPICS = {"loans", "cards", "fees"}
@sgl.function
def f(s, q):
    s += sgl.system(RULES + "Topics: " + ", ".join(TOPICS))  # want: PFX301
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
