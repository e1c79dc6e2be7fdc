"""Front end: the row before the rules in a user turn."""

import sglc as sgl
RULES = "For g01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@sgl.function
def grade(s, answer: str):
    s += sgl.user_begin()
    s += "Answer of the pupil:\n" + answer + "\n"  # want: PFX203 PFX201 PFX202
    s += RULES
    s += sgl.user_end()
    s += sgl.assistant(sgl.gen("mark", max_tokens=2))
