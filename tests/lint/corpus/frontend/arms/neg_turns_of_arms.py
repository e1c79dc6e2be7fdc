"""Each arm goes on for two turns: what another arm was told is no part of it."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30

PAIRS = [("speech", "how they talk"), ("light", "what is lit"), ("music", "what is heard")]


@sgl.function
def judge(s, scene: str):
    s += sgl.system("You judge scenes. " + RULES)
    s += sgl.user(scene)
    arms = s.fork(3)
    for arm, (name, hint) in zip(arms, PAIRS):
        arm += sgl.user(f"{name}: {hint}")
        arm += sgl.assistant(sgl.gen("mark", max_tokens=3))
        arm += sgl.user("Now say why, in two sentences, and name the line of the play that you were thinking of.")
        arm += sgl.assistant(sgl.gen("why", max_tokens=80))
    arms.join()
