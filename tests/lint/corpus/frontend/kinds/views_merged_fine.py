"""Each play is read before its arms part, and what the arms said is merged behind them."""

import sglc as sgl

QUESTIONS = ("Are the speakers alike?", "Does a scene follow from the last?", "Can six people play it?")


@sgl.function
def review(s, play: str):
    s += sgl.system("You write for the programme of a theatre. Quote a scene for each claim.")
    s += sgl.user(f"The play:\n{play}")
    s += sgl.assistant("I have read it.")
    forks = s.fork(len(QUESTIONS))
    for f, question in zip(forks, QUESTIONS):
        f += sgl.user(question)
        f += sgl.assistant(sgl.gen("view", max_tokens=200))
    s += sgl.user("Merge the views:\n" + "\n".join(f["view"] for f in forks))
    s += sgl.assistant(sgl.gen("review", max_tokens=300))


def main(plays: dict[str, str]) -> dict[str, str]:
    return {title: review.run(play=play)["review"] for title, play in plays.items()}
