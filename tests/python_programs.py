"""Programs that use what Python has between prompt operations. Each must mean the same in both modes."""

from __future__ import annotations

import json
import re

import sglc as sgl

SHOTS = [("red", "warm"), ("blue", "cold")]
HEADER = "A constant of the module.\n"
SCALE = 2


@sgl.function
def agent(s, task: str):
    """A loop with a bound of its own, branches on generated text, and an early end."""
    s += sgl.system("Use tools.")
    s += sgl.user(task)
    turns = 0
    seen = []
    while turns < 4:
        s += sgl.assistant(
            "Thought: "
            + sgl.gen("thought", temperature=0, max_tokens=5)
            + "\nAction: "
            + sgl.select("action", ["search", "finish"])
        )
        turns += 1
        if s["action"] == "finish":
            break
        found = f"{len(s['thought'])} results for {s['thought'].upper()}"
        seen.append(found)
        s += sgl.user("Observation: " + found)
    s["turns"] = turns
    return seen


@sgl.function
def loops(s, topics: list, count: int):
    notes = {}
    for number, topic in enumerate(topics):
        if topic.startswith("skip"):
            continue
        s += f"{number + 1}. {topic}: "
        s += sgl.gen("note", stop="\n", max_tokens=8, temperature=0)
        notes[topic] = s["note"].strip()
        if len(notes) == 2:
            break
    for _ in range(count * SCALE):
        s += "again" + sgl.gen("extra", max_tokens=3, temperature=0)
    s += json.dumps(notes, sort_keys=True)
    return notes


@sgl.function
def shots(s, question: str):
    s += HEADER
    for word, feeling in SHOTS:
        s += f"Q: {word}\nA: {feeling}\n"
    s += f"Q: {question}\nA:" + sgl.gen("answer", max_tokens=5, temperature=0)
    parts = re.findall(r"\w+", s["answer"])
    s += " ".join(reversed(parts))
    s += "yes" if parts else "no"
    return parts


def ask_twice(s, question, best=True):
    ask_plain(s, question, "first")
    if best:
        ask_plain(s, question + "?", "second")
        return s["second"]
    return s["first"]


def ask_plain(s, question, name):
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen(name, max_tokens=4, temperature=0))


@sgl.function
def helpers(s, question: str):
    answer = ask_twice(s, question)
    other = ask_twice_again(s, question + "!")
    return [answer, other]


@sgl.function
def ask_twice_again(s, question: str):
    ask_plain(s, question, "third")
    return s["third"]


@sgl.function
def arms(s, topic: str):
    s += f"Topic {topic}. "
    forks = s.fork(3)
    forks += lambda i: f"Arm {i}: "
    forks += sgl.gen("point", max_tokens=4, temperature=0)
    for i, f in enumerate(forks):
        f += f" ({i})" + sgl.gen("detail", max_tokens=3, temperature=0)
    if "a" in forks[0]["point"]:
        forks[0] += " has an a" + sgl.gen("more", max_tokens=2, temperature=0)
    inner = forks[1].fork(2)
    inner[0] += "deep" + sgl.gen("deep", max_tokens=2, temperature=0)
    inner.join()
    s.join(forks)
    s += "So: " + ", ".join([f["point"] for f in forks])
    s += sgl.gen("end", max_tokens=4, temperature=0)
    return [len(f["detail"]) for f in forks]


@sgl.function
def blocks(s, question: str):
    with s.system():
        s += "Be brief."
    with s.user():
        s += question
        s += sgl.image("never") if False else ""
    with s.assistant():
        s += "{"
        with s.var_scope("record"):
            s += '"a": ' + sgl.gen("a", max_tokens=3, temperature=0)
            s += ', "b": ' + sgl.gen("b", max_tokens=3, temperature=0)
        s += "}"
    s["kept"] = s["record"].upper()
    s.set_var("other", 3)
    return "a" in s and "missing" not in s


@sgl.function
def early(s, question: str):
    s += question
    s += sgl.select("kind", ["long", "short"])
    if s["kind"] == "short":
        s += " now:" + sgl.gen("short", max_tokens=3, temperature=0)
        return s["short"]
    elif question:
        s += " later:" + sgl.gen("long", max_tokens=6, temperature=0)
    if "long" in s:
        s += "L"
    try:
        number = int(s["long"])
    except ValueError:
        number = -1
    with open("/dev/null") as file:
        text = file.read()
    s += f"{number:03d}{text!r}"
    return number


@sgl.function
def choices(s, options: list, words: str):
    s += "Pick: "
    s += sgl.gen("picked", choices=options)
    s += sgl.select("again", choices=[word for word in words.split()])
    s += (
        sgl.gen(max_tokens=2, temperature=0) + "." + sgl.gen(max_tokens=len(options), temperature=0)
    )
    s += sgl.gen("number", dtype=int, temperature=0, max_tokens=8)
    samples = s
    samples += sgl.gen("many", n=2, max_tokens=3, temperature=0)
    total = 0
    for each in s["many"]:
        total += len(each)
    s += str(total)
    return total, s["picked"]


@sgl.function
def nested_loops(s, rows: list):
    total = ""
    for row in rows:
        for cell in row:
            s += f"{cell} " + sgl.gen("cell", max_tokens=2, temperature=0)
            if not s["cell"].strip():
                continue
            total += s["cell"][:3]
        else_text = "row done"
        s += else_text
    return total


@sgl.function
def closures(s, names: list):
    def decorate(name):
        return f"<{name}>"

    counts = {}
    for first, rest in [(name[0], name[1:]) for name in names]:
        counts[first] = counts.get(first, 0) + 1
        s += decorate(rest) + sgl.gen("x", max_tokens=2, temperature=0)
    shown = [decorate(key) for key in sorted(counts)]
    s += "".join(shown)
    return counts


@sgl.function
def computed_arms(s, topic: str, count: int):
    s += f"Topic {topic}. "
    forks = s.fork(count)
    forks += lambda i: f"Arm {i}: "
    forks += sgl.gen("point", max_tokens=4, temperature=0)
    for i, f in enumerate(forks):
        if "a" in f["point"]:
            f += f" ({i})" + sgl.gen("detail", max_tokens=3, temperature=0)
        else:
            f += "-"
            f["detail"] = "none"
    for i in range(count):
        forks[i] += " end " + forks[i]["detail"].upper()
        forks[i] += sgl.gen("last", max_tokens=2, temperature=0)
    points = [f["point"] for f in forks]
    s.join(forks)
    s += "So: " + ", ".join(points) + sgl.gen("end", max_tokens=4, temperature=0)
    return points, len(forks)


CASES = {
    "computed_arms": (computed_arms, {"topic": "tea", "count": 3}),
    "agent": (agent, {"task": "Find it."}),
    "loops": (loops, {"topics": ["skip this", "sea", "sky", "sun"], "count": 1}),
    "shots": (shots, {"question": "green"}),
    "helpers": (helpers, {"question": "why"}),
    "arms": (arms, {"topic": "tea"}),
    "blocks": (blocks, {"question": "what"}),
    "early": (early, {"question": "how"}),
    "choices": (choices, {"options": ["one", "two"], "words": "three four"}),
    "nested_loops": (nested_loops, {"rows": [["a", "b"], [], ["c"]]}),
    "closures": (closures, {"names": ["ada", "bob", "amy"]}),
}
