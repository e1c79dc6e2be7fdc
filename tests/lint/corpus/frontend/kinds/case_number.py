"""A case gets its number when the clerk is asked."""
from uuid import uuid1

import sglc as sgl

HANDBOOK = "Take down what was found, where and when. Ask for the colour. Promise nothing. " * 50


def header(office: str) -> str:
    number = uuid1().hex[:8]  # want: PFX102 PFX201 PFX202
    return f"Office {office}, case {number}\n"


@sgl.function
def lost_and_found(s, office: str, report: str):
    with s.system():
        s += header(office)  # want: PFX201 PFX202
        s += HANDBOOK
    with s.user():
        s += report
    with s.assistant():
        s += sgl.gen("entry", max_tokens=120)


def enter(reports: list[dict]):
    return [st["entry"] for st in lost_and_found.run_batch(reports)]
