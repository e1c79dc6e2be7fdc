"""Tree of thought: propose several steps, rate each, and go on from the best.

Every proposal is an arm that shares everything before it. The arms are rated where they stand, and the text of
the best one is carried on.

    python examples/python/tree.py --mock
"""

import sys

import sglc as sgl

PROBLEM = (
    "A harbour has four piers. At each pier lie two large ships and three small ones. A large ship "
    "needs nine people and a small one four. How many people are needed?"
)
SCORES = ["1", "2", "3", "4", "5"]


def best_of(scores: list) -> int:
    """The index of the highest score; the first of equals."""
    return max(range(len(scores)), key=lambda i: int(scores[i]))


@sgl.function
def solve(s, problem: str):
    s += sgl.system("You solve problems step by step. Each step is one short sentence.")
    s += sgl.user("Problem: " + problem)
    s += sgl.assistant("I think first, and answer afterwards.")

    forks = s.fork(3)
    forks += sgl.user("Propose a first step.")
    forks += sgl.assistant(sgl.gen("plan", max_tokens=40, temperature=0.8))
    forks += sgl.user("How good is this step, from 1 to 5?")
    forks += sgl.assistant(sgl.select("plan_score", choices=SCORES))
    forks.join()
    plan = s["plan"][best_of(s["plan_score"])]

    s += sgl.user("We go on from this step: " + plan)
    s += sgl.assistant("Good.")
    forks = s.fork(3)
    forks += sgl.user("Carry it out.")
    forks += sgl.assistant(sgl.gen("work", max_tokens=64, temperature=0.8))
    forks += sgl.user("How good is this work, from 1 to 5?")
    forks += sgl.assistant(sgl.select("work_score", choices=SCORES))
    forks.join()
    work = s["work"][best_of(s["work_score"])]

    s += sgl.user("This is the work: " + work + "\nGive the number alone.")
    s += sgl.assistant(sgl.gen("answer", max_tokens=6, temperature=0, regex="[0-9]+"))


def main() -> None:
    sgl.set_default_backend(sgl.Mock() if "--mock" in sys.argv else sgl.Engine())
    print(solve.explain(problem=PROBLEM))
    state = solve.run(problem=PROBLEM, run_seed=1)
    print("answer:", state["answer"])
    votes = solve.run_batch([{"problem": PROBLEM}] * 5, run_seed=1, progress_bar=True)
    print("five runs:", [one["answer"] for one in votes])


if __name__ == "__main__":
    main()
