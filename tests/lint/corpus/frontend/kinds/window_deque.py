"""Window deque."""

from collections import deque

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


class Talk:
    def __init__(self):
        self.turns = deque(maxlen=12)  # want: PFX207

    def ask(self, line: str):
        state = talk.run(turns=self.turns, line=line)
        self.turns.append((line, state["answer"]))
        return state["answer"]


@sgl.function
def talk(s, turns, line: str):
    s += sgl.system(RULES)
    for asked, said in turns:
        s += sgl.user(asked)
        s += sgl.assistant(said)
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("answer", max_tokens=60))
