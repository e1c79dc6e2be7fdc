"""Arms beside records that are written in the program."""

from dataclasses import dataclass

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30

@dataclass(frozen=True)
class Spot:
    name: str
    hint: str


SPOTS = [Spot("speech", "how they talk"), Spot("light", "what is lit"), Spot("music", "what is heard")]


@sgl.function
def judge(s, scene: str):
    s += sgl.system("You judge scenes.")
    arms = s.fork(3)
    for arm, spot in zip(arms, SPOTS):
        arm += sgl.user(f"{spot.name}: {spot.hint}\n{RULES}\n{scene}")  # want: PFX702 PFX203 PFX202
        arm += sgl.assistant(sgl.gen("mark", max_tokens=3))
    arms.join()
