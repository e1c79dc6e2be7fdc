"""Fill a record from a text, with the output held to a schema, for many texts at once.

Two ways to hold a model to a shape: a pattern, and a pydantic class. The instructions are the same
for every row, so that a batch computes them once.

    python examples/python/extract.py --mock
"""

import sys

from pydantic import BaseModel

import sglc as sgl

NOTICES = [
    "The ferry Aurora leaves pier 4 at 08:15 every day and carries 120 people.",
    "From pier 2, the Merlin sails at 17:40. There is room for 48 passengers.",
    "Pier 7: the night boat Vega, 22:05, 300 berths.",
]

TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"


class Ferry(BaseModel):
    """What a notice says of a ferry."""

    name: str
    pier: int
    seats: int


@sgl.function
def departure(s, notice: str):
    s += sgl.system("You read the notices of a harbour and answer with exactly what is asked for.")
    s += sgl.user(f"Notice: {notice}\nAt what time does the ferry leave?")
    s += sgl.assistant(sgl.gen("time", max_tokens=8, temperature=0, regex=TIME))


@sgl.function
def ferry(s, notice: str):
    s += sgl.system("You read the notices of a harbour and answer with exactly what is asked for.")
    s += sgl.user(
        f"Notice: {notice}\n"
        "Give the ferry's name, its pier, and how many people it carries, as JSON."
    )
    s += sgl.assistant(sgl.gen("ferry", max_tokens=64, temperature=0, json_schema=Ferry))


def main() -> None:
    sgl.set_default_backend(sgl.Mock() if "--mock" in sys.argv else sgl.Engine())
    print(ferry.explain(notice=NOTICES[0]))
    rows = [{"notice": notice} for notice in NOTICES]
    times = departure.run_batch(rows)
    for notice, state, time in zip(NOTICES, ferry.run_batch(rows), times, strict=True):
        print(notice)
        if state.error() is None:
            print("   ", state.parsed("ferry"), time["time"])
        else:
            print("   ", state.error())


if __name__ == "__main__":
    main()
