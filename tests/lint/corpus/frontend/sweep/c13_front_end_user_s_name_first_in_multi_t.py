"""Front end: user's name first in multi-turn."""

import sglc as sgl
RULES = "For c13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def f(s, user_name, q):
    s += sgl.system("You talk to " + user_name + ".\n" + RULES)  # want: PFX201 PFX104 PFX202 PFX203
    s += sgl.user(q)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
