"""Counter rounds."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def rounds(s, scene: str):
    for n in range(6):
        one = s.fork(1)[0]
        one += sgl.system(f"Round {n} of 6. " + RULES)  # want: PFX201 PFX702 PFX203 PFX202
        one += sgl.user(scene)
        one += sgl.assistant(sgl.gen("mark", max_tokens=3))
