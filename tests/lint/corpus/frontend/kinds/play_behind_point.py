"""The play, which all arms read, stands behind what each of them has for itself."""

import sglc as sgl
POINTS = ["speech", "plot", "stage"]

@sgl.function
def review(s, play: str):
    s += sgl.system("You write for the programme of a theatre.")
    forks = s.fork(len(POINTS))
    for f, point in zip(forks, POINTS):
        f += sgl.user(f"Judge the {point}.\n\nThe play:\n{play}")  # want: PFX702 PFX203 PFX201
        f += sgl.assistant(sgl.gen("view", max_tokens=200))
    s += sgl.user("\n".join(f["view"] for f in forks))
    s += sgl.assistant(sgl.gen("review", max_tokens=300))
