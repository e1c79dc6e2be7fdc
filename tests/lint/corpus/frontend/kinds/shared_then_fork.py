"""Letter and rules stand before the fork; what differs comes last."""
import random
import uuid
from pathlib import Path

import sglc as sgl

RULES = "Answer the letter of a citizen in the name of the town. Promise nothing. Name the office. " * 30
TONES = ["plain", "friendly", "formal"]


@sgl.function
def drafts(s, letter: str):
    s += sgl.system(RULES)
    s += sgl.user("Letter:\n" + letter)
    arms = s.fork(len(TONES))
    for arm, tone in zip(arms, TONES):
        arm += sgl.user("Write a draft. Tone: " + tone)
        arm += sgl.assistant(sgl.gen("draft", max_tokens=200, temperature=0.7))
    s.join(arms)


def check(folder: Path, letters: list[str], share: float = 0.1) -> None:
    for state in drafts.run_batch([{"letter": x} for x in random.sample(letters, int(len(letters) * share))]):
        (folder / f"{uuid.uuid4().hex}.txt").write_text("\n---\n".join(state["draft"]))
