import sglc as sgl

MARKS = "Ten points at most. Take two off for each missing reason. Quote the line that you judge. " * 20
SIDES = ["melody", "rhythm", "words"]


@sgl.function
def hear(s, song):
    s += sgl.system("You judge songs for a contest. " + MARKS)
    s += sgl.user("The song:\n" + song)
    arms = s.fork(len(SIDES))
    for arm, side in zip(arms, SIDES):  # want: PFX702
        arm += sgl.user(f"Judge the {side}.\n" + MARKS)
        arm += sgl.assistant(sgl.gen("points", max_tokens=40))
    s.join(arms)
