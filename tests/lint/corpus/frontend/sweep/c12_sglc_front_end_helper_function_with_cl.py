"""Sglc front end: helper function with clock."""

import time
import sglc as sgl
RULES = "For c12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def stamp(): return time.strftime("%H:%M:%S")  # want: PFX101
@sgl.function
def f(s, q):
    head = f"[{stamp()}] " + RULES
    s += sgl.system(head)
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
