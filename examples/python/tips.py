"""Expand two tips at once, then draw a conclusion from both.

The shape of a parallel expansion: a shared beginning, one arm per tip, and a summary after the join. The
shared beginning is computed once, however many arms there are.

    python examples/python/tips.py            # on the embedded engine
    python examples/python/tips.py --mock     # on the mock: what is shared, without a model
"""

import sys

import sglc as sgl

TIPS = [
    "Sleep: go to bed at the same hour every day, and keep screens out of the bedroom.",
    "Walk: a short walk after each meal does more than a long one on Sundays.",
]


@sgl.function
def expand(s, tip: str):
    s += sgl.system("You are a health adviser who writes plainly.")
    s += sgl.user(
        "Turn this tip into one paragraph of advice. Say why it helps, and what to try first.\n"
        f"Tip: {tip}"
    )
    s += sgl.assistant(sgl.gen("paragraph", max_tokens=96, temperature=0))


@sgl.function
def tips(s, topic: str, tip_1: str, tip_2: str):
    s += sgl.system("You are a health adviser who writes plainly.")
    s += sgl.user(f"I want to live more healthily. I begin with {topic}.")
    s += sgl.assistant("Here are two tips. I explain each of them.")

    forks = s.fork(2)
    forks[0] += sgl.user(f"Explain this tip in one paragraph: {tip_1}")
    forks[0] += sgl.assistant(sgl.gen("first", max_tokens=64, temperature=0))
    forks[1] += sgl.user(f"Explain this tip in one paragraph: {tip_2}")
    forks[1] += sgl.assistant(sgl.gen("second", max_tokens=64, temperature=0))
    s.join(forks)

    s += sgl.user(
        "First: " + s["first"] + "\nSecond: " + s["second"] + "\nSum both up in a sentence."
    )
    s += sgl.assistant(sgl.gen("summary", max_tokens=48, temperature=0))


def main() -> None:
    backend = sgl.Mock() if "--mock" in sys.argv else sgl.Engine()
    sgl.set_default_backend(backend)
    print(tips.explain("my evenings", *TIPS))
    state = tips.run(topic="my evenings", tip_1=TIPS[0], tip_2=TIPS[1])
    print(state["summary"])
    for one in expand.run_batch([{"tip": tip} for tip in TIPS], progress_bar=True):
        print("-", one["paragraph"])


if __name__ == "__main__":
    main()
