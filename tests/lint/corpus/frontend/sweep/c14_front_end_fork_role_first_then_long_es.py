"""Front end fork: role first then long essay."""

import sglc as sgl
RULES = "For c14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def panel(s, essay):
    s += sgl.system("You mark essays.")
    forks = s.fork(3)
    for f, role in zip(forks, ["critic", "editor", "teacher"]):
        f += sgl.user(f"You are the {role}.\n" + RULES)  # want: PFX702 PFX203 PFX201 PFX202 PFX701
        f += sgl.assistant(sgl.gen("v", max_tokens=8))
    forks.join()
