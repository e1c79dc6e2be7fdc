"""A helper ends what is said with a blank, behind which the model goes on."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def scene_text(scene):
    return RULES + "Scene: " + scene + "\nMark: "  # want: PFX404


@sgl.function
def judge(s, scene: str):
    s += scene_text(scene)
    s += sgl.gen("mark", max_tokens=3)
