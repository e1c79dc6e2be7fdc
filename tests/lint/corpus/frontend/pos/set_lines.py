"""Names out of a set, in the front end."""
import sglc as sgl

RULES = "You introduce the members of a choir. " * 60


@sgl.function
def introduce(s, members: set[str], question: str):
    s += sgl.system(RULES + "\n".join(f"* {m}" for m in members))  # want: PFX301
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer"))


def run(rows, question):
    return introduce.run(members={row["name"] for row in rows}, question=question)
