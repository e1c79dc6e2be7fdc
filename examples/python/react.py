"""An agent that thinks, picks a tool, and reads what the tool says, until it picks "finish".

The loop and the branch depend on what the model says. Both are in the compiled program: nothing is
asked twice, and each turn finds the whole prompt before it in the cache.

    python examples/python/react.py --mock
"""

import sys

import sglc as sgl

PAGES = {
    "harbour": "The harbour was built in 1874 by the Northern Pier Company, out of local granite.",
    "granite": "The local quarry gave grey granite until 1931, when it was flooded.",
    "company": "The Northern Pier Company was founded by Ada Lindgren and her two brothers.",
}

EXAMPLE = """\
Question: Who painted the ceiling of the old theatre?
Thought: I should look up the theatre.
Action: search
Input: old theatre ceiling
Observation: The ceiling was painted by Ida Holm in 1902.
Thought: That answers the question.
Action: finish
Input: Ida Holm

"""


def look_up(query: str) -> str:
    """The page whose name the query contains; a stand-in for a search engine."""
    words = query.lower().split()
    found = [text for name, text in PAGES.items() if name in words]
    return found[0] if found else "Nothing was found."


@sgl.function
def react(s, question: str):
    s += EXAMPLE
    s += "Question: " + question + "\n"
    for _ in range(4):
        s += "Thought:" + sgl.gen("thought", stop="\n", max_tokens=48, temperature=0) + "\n"
        s += "Action: " + sgl.select("action", choices=["search", "finish"]) + "\n"
        s += "Input:" + sgl.gen("argument", stop="\n", max_tokens=24, temperature=0) + "\n"
        if s["action"] == "finish":
            s["answer"] = s["argument"]
            break
        observation = look_up(s["argument"])
        s += "Observation: " + observation + "\n"


def main() -> None:
    sgl.set_default_backend(sgl.Mock() if "--mock" in sys.argv else sgl.Engine())
    question = "Who founded the company that built the harbour?"
    print(react.explain(question=question))
    state = react.run(question=question)
    print(state.text()[len(EXAMPLE) :])
    print("answer:", state["answer"].strip() if "answer" in state else "none within four turns")


if __name__ == "__main__":
    main()
