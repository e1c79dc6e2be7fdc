"""Branch, solve, merge: judge an essay on several dimensions at once, then give one verdict.

The essay stands before the fork, so it is computed once for all its judges. Whether there is a closing
verdict at all depends on what a first, cheap question says: both ways are in the plan.

    python examples/python/judge.py --mock
"""

import sys

import sglc as sgl

ESSAY = """\
Harbours are built twice. The first time with stone, when there is money; the second time with
paper, when there is none. Our town is in its second phase. The committee that met on Tuesday
had three plans and no engineer. It chose the plan with the nicest cover. I do not blame it: a
cover is the only part of a plan that can be understood in an evening. But piers do not stand on
covers. Before the next meeting, someone should ask what the sea floor is made of.
"""


@sgl.function
def judge(s, essay: str):
    s += sgl.system("You judge essays. You are strict, brief and fair.")
    s += sgl.user("Essay:\n" + essay + "\nIs this an essay about a town? Answer yes or no.")
    s += sgl.assistant(sgl.select("on_topic", choices=["yes", "no"]))
    if s["on_topic"] == "no":
        s += sgl.user("Say in one sentence what it is about.")
        s += sgl.assistant(sgl.gen("subject", max_tokens=32, temperature=0))
        return

    forks = s.fork(3)
    forks[0] += sgl.user("Judge the clarity of this essay in two sentences.")
    forks[1] += sgl.user("Judge the originality of this essay in two sentences.")
    forks[2] += sgl.user("Judge the evidence in this essay in two sentences.")
    forks += sgl.assistant(sgl.gen("judgement", max_tokens=48, temperature=0))
    forks.join()

    s += sgl.user(
        "Three judges have spoken.\n"
        f"Clarity: {s['judgement'][0]}\n"
        f"Originality: {s['judgement'][1]}\n"
        f"Evidence: {s['judgement'][2]}\n"
        "Which grade does the essay get?"
    )
    s += sgl.assistant("Grade: " + sgl.select("grade", choices=["A", "B", "C", "D"]))


def main() -> None:
    sgl.set_default_backend(sgl.Mock() if "--mock" in sys.argv else sgl.Engine())
    print(judge.explain(essay=ESSAY))
    state = judge.run(essay=ESSAY)
    if "grade" in state:
        for name, text in zip(
            ("clarity", "originality", "evidence"), state["judgement"], strict=True
        ):
            print(f"{name}: {text.strip()}")
        print("grade:", state["grade"])
    else:
        print("not judged, it is about:", state["subject"])


if __name__ == "__main__":
    main()
