"""Forks and joins: arms by number, by name, in loops, nested, joined as variables and as text."""

from sglang_programs.cases import Cases

import sglc as sgl

CASES = Cases()
DIMS = ["wit: is it witty?", "tone: is it kind?"]
COUNT = 2


@sgl.function
def arms_by_global_list(s, essay):
    s += essay
    forks = s.fork(len(DIMS))
    for i in range(len(DIMS)):
        forks[i] += "Judge " + DIMS[i] + sgl.gen("j", max_tokens=8)
    forks.join()
    s += "All:" + sgl.gen("x", max_tokens=4)


CASES.add(arms_by_global_list, essay="Cats.")


@sgl.function
def arms_by_argument(s, essay, dims):
    s += essay
    forks = s.fork(len(dims))
    for i in range(len(dims)):
        forks[i] += "Judge " + dims[i] + sgl.gen("j", max_tokens=8)
    forks.join()
    s += "All: " + ", ".join(s["j"]) + sgl.gen("x", max_tokens=4)


CASES.add(arms_by_argument, essay="Cats.", dims=["wit", "tone", "depth"])


@sgl.function
def arms_zipped(s, essay, dims):
    s += essay
    forks = s.fork(len(dims))
    for f, d in zip(forks, dims):
        f += "Judge " + d + sgl.gen("j", max_tokens=8)
    forks.join()
    s += "All: " + " ".join(s["j"]) + sgl.gen("x", max_tokens=4)


CASES.add(arms_zipped, essay="Cats.", dims=["wit", "tone", "depth"])


@sgl.function
def arms_enumerated(s, essay, dims):
    s += essay
    forks = s.fork(len(dims))
    for i, f in enumerate(forks):
        f += dims[i] + sgl.gen("j", max_tokens=8)
    s += "".join(f["j"] for f in forks) + sgl.gen("x", max_tokens=4)


CASES.add(arms_enumerated, essay="Cats.", dims=["wit", "tone"])


@sgl.function
def arms_named(s, question):
    s += question
    a, b = s.fork(2)
    a += " pro:" + sgl.gen("pro", max_tokens=8)
    b += " con:" + sgl.gen("con", max_tokens=8)
    s += " For: " + a["pro"] + " Against: " + b["con"]
    s += sgl.gen("end", max_tokens=4)


CASES.add(arms_named, question="Tea?")


@sgl.function
def arms_by_list(s, question):
    s += question
    forks = s.fork(2)
    forks += ["A:", "B:"]
    forks += sgl.gen("x", max_tokens=8)
    forks.join()
    return s["x"]


CASES.add(arms_by_list, question="Tea?")


@sgl.function
def arms_by_tuple(s, question):
    s += question
    forks = s.fork(2)
    forks += ("A:", "B:")
    forks += sgl.gen("x", max_tokens=8)
    forks.join()
    return s["x"]


CASES.add(arms_by_tuple, question="Tea?")


@sgl.function
def arms_by_function(s, question, hints):
    s += question
    forks = s.fork(3)
    forks += lambda i: f"Option {i} ({hints[i]}):"
    forks += sgl.gen("x", max_tokens=8)
    forks.join()
    s += "Best of " + " | ".join(s["x"]) + ":" + sgl.gen("best", max_tokens=4)


CASES.add(arms_by_function, question="Tea?", hints=["a", "b", "c"])


@sgl.function
def one_arm(s, question):
    s += question
    forks = s.fork(1)
    forks[0] += "R:" + sgl.gen("r", max_tokens=8)
    forks.join()
    s += s["r"][0] + sgl.gen("end", max_tokens=4)


CASES.add(one_arm, question="Tea?")


@sgl.function
def joined_in_a_loop(s, rounds):
    for i in range(rounds):
        s += f"Thought {i}:"
        arm = s.fork(1)
        arm[0] += sgl.gen("t", max_tokens=8)
        arm.join()
        s += " replayed\n"
    s += sgl.gen("end", max_tokens=4)
    return s["t"]


CASES.add(joined_in_a_loop, rounds=3)


@sgl.function
def copied(s, question):
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("label", max_tokens=8))
    with s.copy() as other:
        other += sgl.user("Explain.")
        other += sgl.assistant(sgl.gen("reason", max_tokens=8))
    s += sgl.user("Thanks.")
    s += sgl.assistant(sgl.gen("end", max_tokens=4))
    return s["reason"]


CASES.add(copied, question="Tea?")


@sgl.function
def copied_with_offset(s, question):
    s += question
    with s.copy([10]) as other:
        other += " why?" + sgl.gen("why", max_tokens=8)
    s += sgl.gen("end", max_tokens=4)


CASES.add(copied_with_offset, question="Tea?")


@sgl.function
def nested_forks(s, question):
    s += question
    forks = s.fork(2)
    for i, f in enumerate(forks):
        f += f" plan {i}:" + sgl.gen("plan", max_tokens=8)
        inner = f.fork(2)
        for j, g in enumerate(inner):
            g += f" step {j}:" + sgl.gen("step", max_tokens=8)
        inner.join()
    forks.join()
    return s["plan"], s["step"]


CASES.add(nested_forks, question="Tea?")


@sgl.function
def branch_in_arms(s, question):
    s += question
    forks = s.fork(3)
    for i, f in enumerate(forks):
        f += f" {i}:" + sgl.gen("a", max_tokens=8)
        if "tea" in f["a"]:
            f += " more:" + sgl.gen("b", max_tokens=8)
        else:
            f += " less"
    return [f.text() for f in forks]


CASES.add(branch_in_arms, question="Tea?")


@sgl.function
def loop_in_arms(s, question):
    s += question
    forks = s.fork(2)
    for i, f in enumerate(forks):
        for j in range(2):
            f += f" {i}.{j}:" + sgl.gen("a", max_tokens=8)
    forks.join()
    s += " / ".join(s["a"]) + sgl.gen("end", max_tokens=4)


CASES.add(loop_in_arms, question="Tea?")


@sgl.function
def text_of_arms(s, question):
    s += question
    forks = s.fork(2)
    forks += sgl.gen("a", max_tokens=8) + "!"
    forks.join("concate_and_append")
    s += sgl.gen("end", max_tokens=4)


CASES.add(text_of_arms, question="Tea?")


@sgl.function
def map_reduce(s, chunks):
    s += "Read.\n"
    forks = s.fork(len(chunks))
    forks += lambda i: chunks[i] + "\nSummary:" + sgl.gen("summary", max_tokens=16)
    forks.join()
    s += "\n".join(s["summary"]) + "\nTotal:" + sgl.gen("total", max_tokens=16)


CASES.add(map_reduce, chunks=["One.", "Two.", "Three."])


@sgl.function
def debate(s, topic):
    s += sgl.system("You debate.")
    pro, con = s.fork(2)
    pro += sgl.user("Speak for " + topic)
    con += sgl.user("Speak against " + topic)
    pro += sgl.assistant(sgl.gen("pro", max_tokens=8))
    con += sgl.assistant(sgl.gen("con", max_tokens=8))
    for i in range(2):
        pro += sgl.user("They said: " + con["con"])
        pro += sgl.assistant(sgl.gen("pro", max_tokens=8))
        con += sgl.user("They said: " + pro["pro"])
        con += sgl.assistant(sgl.gen("con", max_tokens=8))
    s += sgl.user(pro["pro"] + " or " + con["con"])
    s += sgl.assistant(sgl.gen("winner", choices=["pro", "con"]))


CASES.add(debate, topic="tea")


@sgl.function
def beam(s, question):
    s += question
    forks = s.fork(3)
    forks += sgl.gen("a", max_tokens=8, temperature=0.7)
    scores = []
    for f in forks:
        f += " Score:" + sgl.gen("score", choices=["1", "2", "3"])
        scores.append(int(f["score"]))
    best = scores.index(max(scores))
    s += forks[best]["a"] + sgl.gen("end", max_tokens=4)
    return best


CASES.add(beam, question="Tea?")


@sgl.function
def arms_of_a_helper(s, question):
    s += question
    arms = two_arms(s)
    s += arms[0]["h"] + arms[1]["h"] + sgl.gen("end", max_tokens=4)


def two_arms(s):
    arms = s.fork(2)
    arms += lambda i: f" {i}:" + sgl.gen("h", max_tokens=8)
    return arms


CASES.add(arms_of_a_helper, question="Tea?")


@sgl.function
def joined_by_comprehension(s, question):
    s += question
    forks = s.fork(3)
    for i, f in enumerate(forks):
        f += f"({i})" + sgl.gen("a", max_tokens=8)
    s += " ".join([f["a"] for f in forks])
    s += sgl.gen("end", max_tokens=4)


CASES.add(joined_by_comprehension, question="Tea?")


@sgl.function
def count_from_argument(s, question, arms):
    s += question
    forks = s.fork(arms)
    for i in range(arms):
        forks[i] += f" {i}:" + sgl.gen("a", max_tokens=8)
    forks.join()
    return len(s["a"])


CASES.add(count_from_argument, question="Tea?", arms=3)


@sgl.function
def arms_in_turns(s, question):
    s += sgl.user(question)
    forks = s.fork(COUNT)
    for i, f in enumerate(forks):
        f += sgl.assistant(sgl.gen("a", max_tokens=8))
        f += sgl.user("ok?")
        f += sgl.assistant(sgl.gen("b", choices=["Y", "N"]))
    for i, f in enumerate(forks):
        s += sgl.user(f"C{i}: " + f["a"] + f["b"])
    s += sgl.assistant(sgl.gen("x", max_tokens=4))


CASES.add(arms_in_turns, question="Tea?")
