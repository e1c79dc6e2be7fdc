"""Fixed examples first; the time is told with the question."""
from datetime import datetime

import sglc as sgl

RULES = "Say whether the counter is open. Counters close at noon on Saturdays. " * 40
EXAMPLES = [("Monday 09:10, parcels?", "open"), ("Saturday 13:00, stamps?", "closed"), ("Sunday 10:00, parcels?", "closed")]


@sgl.function
def counter(s, question: str, asked: str):
    s += sgl.system(RULES)
    for q, a in EXAMPLES:
        s += sgl.user(q)
        s += sgl.assistant(a)
    s += sgl.user(f"{asked}, {question}")
    s += sgl.assistant(sgl.select("state", choices=["open", "closed"]))


def is_open(question: str) -> bool:
    asked = datetime.now().strftime("%A %H:%M")
    return counter.run(question=question, asked=asked)["state"] == "open"
