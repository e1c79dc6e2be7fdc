"""Rules, then the session, then the question."""
import logging
from datetime import datetime

import sglc as sgl

RULES = "You introduce the members of a choir. " * 60


@sgl.function
def introduce(s, question: str):
    s += sgl.system(RULES)
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer"))


def run(question: str):
    state = introduce.run(question=question)
    logging.info("asked at %s: %s", datetime.now(), state["answer"])
    return state["answer"]
