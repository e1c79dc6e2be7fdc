"""Prior answer above."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def plan(s, task: str):
    s += sgl.user("Plan: " + task)
    s += sgl.assistant(sgl.gen("plan", max_tokens=60))


@sgl.function
def do(s, outline: str, task: str):
    s += sgl.system("Plan:\n" + outline + "\n" + RULES)  # want: PFX201 PFX202 PFX203
    s += sgl.user(task)
    s += sgl.assistant(sgl.gen("done", max_tokens=60))


def work(task: str):
    first = plan.run(task=task)
    return do.run(outline=first["plan"], task=task)["done"]
