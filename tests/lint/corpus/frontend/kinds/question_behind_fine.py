"""The play is said first; the question behind the points is short."""

import sglc as sgl
POINTS = ["speech", "plot", "stage"]


@sgl.function
def short(s, question: str, play: str):
    s += sgl.system("You write for the programme of a theatre.")
    s += sgl.user(play)
    forks = s.fork(len(POINTS))
    for f, point in zip(forks, POINTS):
        f += sgl.user(f"Judge the {point}.\n\nQuestion:\n{question}")
        f += sgl.assistant(sgl.gen("view", max_tokens=200))
