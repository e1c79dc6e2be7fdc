"""Numbered arms: what all of them share comes first."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30

PAIRS = [("speech", "how they talk"), ("light", "what is lit"), ("music", "what is heard")]


@sgl.function
def judge(s, scene: str):
    s += sgl.system("You judge scenes.")
    arms = s.fork(3)
    for n, (arm, (name, hint)) in enumerate(zip(arms, PAIRS)):
        arm += sgl.user(f"{scene}\nView: {name}: {hint}")
        arm += sgl.assistant(sgl.gen("mark", max_tokens=3))
    arms.join()
