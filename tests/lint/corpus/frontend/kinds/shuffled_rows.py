"""Rows are asked in random order, each behind the same head."""
import random
from datetime import datetime

import sglc as sgl

GUIDE = "Say which language the line is in. Answer with its code. Dialects count as the language. " * 45
CODES = {"de", "en", "fr", "it", "rm"}


@sgl.function
def language(s, line: str):
    s += sgl.system(GUIDE)
    s += sgl.user(line)
    s += sgl.assistant(sgl.select("code", choices=sorted(CODES)))


def label(lines: list[str], out) -> None:
    order = list(range(len(lines)))
    random.shuffle(order)
    states = language.run_batch([{"line": lines[i]} for i in order], num_threads=16)
    for i, state in sorted(zip(order, states)):
        out.write(f"{datetime.now().isoformat()}\t{i}\t{state['code']}\n")
