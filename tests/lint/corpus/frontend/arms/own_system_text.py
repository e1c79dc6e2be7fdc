"""Each arm has a system text of its own, and all go on with the same."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30

POINTS = {"speech": "how they talk", "light": "what is lit", "music": "what is heard"}


@sgl.function
def judge(s, scene: str):
    arms = s.fork(len(POINTS))
    for arm, (name, hint) in zip(arms, POINTS.items()):
        arm += sgl.system(f"View: {name}, {hint}.")  # want: PFX702 PFX203 PFX201 PFX202
        arm += sgl.user(RULES + scene)
        arm += sgl.assistant(sgl.gen("mark", max_tokens=3))
    arms.join()
