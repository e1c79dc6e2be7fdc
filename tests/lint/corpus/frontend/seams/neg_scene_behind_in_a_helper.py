"""A helper puts the scene behind the rules."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def scene_text(scene):
    return RULES + "\n" + scene


@sgl.function
def judge(s, scene: str):
    s += sgl.user(scene_text(scene))
    s += sgl.assistant(sgl.gen("mark", max_tokens=3))
