"""Folder listing."""

import os

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def files(s, task: str):
    names = "\n".join(os.listdir("scenes"))  # want: PFX301 PFX105
    s += sgl.system("Files:\n" + names + "\n" + RULES)
    s += sgl.user(task)
    s += sgl.assistant(sgl.gen("answer", max_tokens=60))
