"""Branches, loops and jumps around what is appended, and Python between the calls."""

from sglang_programs.cases import Cases

import sglc as sgl

CASES = Cases()
LABELS = ["good", "bad", "unclear"]


def several(program, names, **given):
    """The same program with several arguments, so that both arms run."""
    for number, value in enumerate(names):
        CASES.add(program, f"{program_name(program)}_{number}", question=value, **given)


def program_name(program):
    return (getattr(program, "func", None) or program.function).__name__


@sgl.function
def router(s, question):
    s += "Question: " + question + "\nKind:" + sgl.select("kind", ["math", "text"]) + "\n"
    if s["kind"] == "math":
        s += "Sum:" + sgl.gen("sum", max_tokens=8)
    else:
        s += "Words:" + sgl.gen("words", max_tokens=8)


several(router, ["a", "b", "c"])


@sgl.function
def early_return(s, question):
    s += question + sgl.gen("a", max_tokens=8)
    if "tea" in s["a"]:
        return "tea"
    s += "More:" + sgl.gen("b", max_tokens=8)
    return s["b"]


several(early_return, ["a", "b", "c"])


@sgl.function
def retry(s, question):
    s += question
    for attempt in range(3):
        s += f" try {attempt}:" + sgl.gen("a", max_tokens=8)
        if "yes" in s["a"]:
            s += " found."
            break
    else:
        s += " never."
    s += sgl.gen("end", max_tokens=4)


several(retry, ["a", "b", "c"])


@sgl.function
def return_in_a_loop(s, question):
    for attempt in range(3):
        s += f"{question} {attempt}:" + sgl.gen("a", max_tokens=8)
        if "red" in s["a"]:
            return attempt
    return None


several(return_in_a_loop, ["a", "b", "c"])


@sgl.function
def continue_in_a_loop(s, items):
    kept = []
    for item in items:
        s += item + ":" + sgl.select("keep", ["keep", "drop"]) + "\n"
        if s["keep"] == "drop":
            continue
        s += "Why?" + sgl.gen("why", max_tokens=8) + "\n"
        kept.append(item)
    s += "Kept: " + ", ".join(kept) + sgl.gen("end", max_tokens=4)
    return kept


CASES.add(continue_in_a_loop, items=["a", "b", "c", "d"])


@sgl.function
def while_true(s, question):
    turns = 0
    while True:
        s += f"{question} {turns}:" + sgl.gen("a", max_tokens=8)
        turns += 1
        if "no" in s["a"] or turns >= 4:
            break
    return turns


several(while_true, ["a", "b"])


@sgl.function
def while_with_budget(s, question, budget=3):
    used = 0
    while used < budget and "Finish" not in (s["a"] if used else ""):
        s += question + sgl.gen("a", max_tokens=8)
        used += 1
    return used


several(while_with_budget, ["a", "b"])


@sgl.function
def number_from_text(s, question):
    s += question + sgl.gen("a", max_tokens=8)
    try:
        number = int(s["a"])
    except ValueError:
        number = -1
    s += f" is {number}" + sgl.gen("b", max_tokens=8)
    return number


several(number_from_text, ["a", "b"])


@sgl.function
def appends_in_try(s, question):
    try:
        s += question + sgl.gen("a", max_tokens=8)
        number = int(s["a"])
        s += f"number {number}"
    except ValueError:
        s += " no number"
    finally:
        s += "."
    s += sgl.gen("b", max_tokens=8)


several(appends_in_try, ["a", "b"])


@sgl.function
def matched(s, question):
    s += question + sgl.select("kind", ["add", "remove", "keep"])
    match s["kind"]:
        case "add":
            s += " what?" + sgl.gen("what", max_tokens=8)
        case "remove":
            s += " which?" + sgl.gen("which", max_tokens=8)
        case _:
            s += " fine"
    s += sgl.gen("end", max_tokens=4)


several(matched, ["a", "b", "c"])


@sgl.function
def matched_value(s, question):
    s += question + sgl.select("kind", LABELS)
    match s["kind"]:
        case "good":
            word = "keep"
        case "bad" | "unclear":
            word = "drop"
    s += word + sgl.gen("end", max_tokens=4)


several(matched_value, ["a", "b"])


@sgl.function
def comprehension_then_loop(s, text):
    points = [p for p in text.split(",") if p]
    s += f"{len(points)} points\n"
    for p in points:
        s += "Point " + p.strip() + ":" + sgl.gen("a", max_tokens=8) + "\n"


CASES.add(comprehension_then_loop, text="tea, sea,,red")


@sgl.function
def expand_answer(s, question):
    s += question + sgl.gen("list", max_tokens=8)
    points = [p for p in s["list"].split() if p][:2]
    for p in points:
        s += "\nExpand " + p + ":" + sgl.gen("e", max_tokens=8)
    return points


several(expand_answer, ["a", "b"])


@sgl.function
def names_by_number(s, count):
    for i in range(1, 4):
        s += f"{i}." + sgl.gen(f"tip_{i}", max_tokens=8) + "\n"
    for i in range(1, 4):
        s += f"Tip {i}:" + s[f"tip_{i}"] + "\n"
    s += sgl.gen("end", max_tokens=4)
    return count


CASES.add(names_by_number, count=3)


@sgl.function
def names_by_argument(s, fields):
    s += "{"
    for field in fields:
        s += f'"{field}": "' + sgl.gen(field, max_tokens=8, stop='"') + '", '
    s += "}"
    return {field: s[field] for field in fields}


CASES.add(names_by_argument, fields=["name", "place"])


@sgl.function
def name_as_argument(s, question, name):
    s += question + sgl.gen(name, max_tokens=8)
    return s[name]


CASES.add(name_as_argument, question="q", name="given")


@sgl.function
def conditional_text(s, question, polite=False):
    s += ("Please, " if polite else "") + question
    s += sgl.gen("a", max_tokens=8) if polite else sgl.gen("b", max_tokens=4)


CASES.add(conditional_text, question="q")
CASES.add(conditional_text, "conditional_text_polite", question="q", polite=True)


@sgl.function
def was_it_asked(s, question):
    s += question + sgl.select("more", ["yes", "no"])
    if s["more"] == "yes":
        s += sgl.gen("detail", max_tokens=8)
    if "detail" in s:
        s += " with detail"
    s += sgl.gen("end", max_tokens=4)
    return "detail" in s


several(was_it_asked, ["a", "b", "c"])


@sgl.function
def nested_rows(s, rows):
    for row in rows:
        for cell in row:
            s += cell + "=" + sgl.gen("cell", max_tokens=4) + " "
        s += "\n"


CASES.add(nested_rows, rows=[["a", "b"], [], ["c"]])


@sgl.function
def checked_argument(s, question):
    assert question
    if len(question) > 100:
        raise ValueError("too long")
    s += question + sgl.gen("a", max_tokens=8)


CASES.add(checked_argument, question="q")
CASES.add(checked_argument, "checked_argument_too_long", question="q" * 200)


@sgl.function
def unknown_role(s, messages):
    for role, content in messages:
        if role != "user":
            raise ValueError(role)
        s += sgl.user(content)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(unknown_role, messages=[["user", "one"], ["user", "two"]])


@sgl.function
def voted(s, question, rounds=3):
    votes = []
    s += question + "\n"
    for _ in range(rounds):
        s += "Vote:" + sgl.select("vote", LABELS) + "\n"
        votes.append(s["vote"])
    best = max(set(votes), key=lambda v: (votes.count(v), v))
    s += "So: " + best + sgl.gen("why", max_tokens=8)
    return best


several(voted, ["a", "b"])


@sgl.function
def state_machine(s, question):
    here, steps = "start", 0
    while here != "end" and steps < 5:
        if here == "start":
            s += question + sgl.gen("plan", max_tokens=8)
            here = "act"
        elif here == "act":
            s += " do:" + sgl.select("next", ["act", "end"])
            here = s["next"]
        steps += 1
    return steps


several(state_machine, ["a", "b"])


@sgl.function
def slots(s, question, known):
    s += question
    for slot in ("name", "place"):
        value = known.get(slot)
        if value is None:
            s += f" {slot}?" + sgl.gen(slot, max_tokens=8)
        else:
            s += f" {slot}={value}"
            s[slot] = value
    return s["name"], s["place"]


CASES.add(slots, question="q", known={"name": "Ada"})
