"""A guide for a museum; a few turns of the visit are repeated."""
import sglc as sgl

PERSONA = "You guide visitors through a museum of ships. Point to the next room at the end. " * 40
TURNS = 12


@sgl.function
def guide(s, turns: list[dict], question: str):
    with s.system():
        s += PERSONA
    for turn in turns[-TURNS:]:  # want: PFX207
        if turn["role"] == "user":
            s += sgl.user(turn["content"])
        else:
            s += sgl.assistant(turn["content"])
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer", max_tokens=128))


class Visit:
    def __init__(self):
        self.turns: list[dict] = []

    def ask(self, question: str) -> str:
        state = guide.run(turns=self.turns, question=question)
        self.turns += [{"role": "user", "content": question}, {"role": "assistant", "content": state["answer"]}]
        return state["answer"]
