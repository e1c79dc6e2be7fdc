"""Front end: params in user message, short tail."""

import sglc as sgl
RULES = "For n11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def f(s, persona, essay):
    s += sgl.system(persona + RULES)
    s += sgl.user("Essay:\n" + essay + "\nOne number, please.")
    s += sgl.assistant(sgl.gen("n", max_tokens=3))
