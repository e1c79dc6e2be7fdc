"""Front end: fork arms differ last."""

import sglc as sgl
RULES = "For n12 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def f(s, essay):
    s += sgl.system(RULES)
    s += sgl.user("Essay:\n" + essay)
    forks = s.fork(3)
    for arm, side in zip(forks, ("style", "facts", "order")):
        arm += sgl.user(f"Judge the {side}.")
        arm += sgl.assistant(sgl.gen("v", max_tokens=30))
    forks.join()
