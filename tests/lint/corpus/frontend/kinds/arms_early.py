"""A panel of judges: each arm names its aspect first and repeats the essay behind it."""
import sglc as sgl

RUBRIC = "Give one to ten points and one sentence that says why. Do not mention the other aspects. " * 30
ASPECTS = ("clarity", "evidence", "structure", "style")


@sgl.function
def panel(s, essay: str):
    s += sgl.system("You are a judge in a competition of schools.")
    arms = s.fork(len(ASPECTS))
    for arm, aspect in zip(arms, ASPECTS):
        arm += sgl.user(f"Aspect: {aspect}\n\nEssay:\n{essay}\n\n{RUBRIC}")  # want: PFX702 PFX203 PFX202 PFX201 PFX706
        arm += sgl.assistant(sgl.gen("points", max_tokens=60))
    s.join(arms)


def run(essays: list[str]) -> list[list[str]]:
    states = panel.run_batch([{"essay": e} for e in essays], progress_bar=True)
    return [s["points"] for s in states]
