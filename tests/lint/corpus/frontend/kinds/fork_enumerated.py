"""Fork enumerated."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


VIEWS = ["speech", "light", "music"]


@sgl.function
def judge(s, scene: str):
    arms = s.fork(len(VIEWS))
    for i, arm in enumerate(arms):
        arm += sgl.system("View: " + VIEWS[i] + ". " + RULES)  # want: PFX702 PFX203 PFX201 PFX202
        arm += sgl.user(scene)
        arm += sgl.assistant(sgl.gen("mark", max_tokens=3))
    arms.join()
