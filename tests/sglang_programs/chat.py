"""Conversations: turns in every spelling, roles from data, turns in branches, loops and helpers."""

from sglang_programs.cases import Cases

import sglc as sgl

CASES = Cases()
ROLE = {"system": sgl.system, "user": sgl.user, "assistant": sgl.assistant}
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Tea or sea?"},
    {"role": "assistant", "content": "Tea."},
    {"role": "user", "content": "Why?"},
]


@sgl.function
def begin_and_end(s, question):
    s += sgl.system_begin() + "Be brief." + sgl.system_end()
    s += sgl.user_begin()
    s += question
    s += sgl.user_end()
    s += sgl.assistant_begin()
    s += sgl.gen("a", max_tokens=8)
    s += sgl.assistant_end()


CASES.add(begin_and_end, question="Tea?")


@sgl.function
def with_blocks(s, question):
    with s.system():
        s += "Be brief."
    with s.user():
        s += question
        s += " Really?"
    with s.assistant():
        s += "Well:" + sgl.gen("a", max_tokens=8)


CASES.add(with_blocks, question="Tea?")


@sgl.function
def methods(s, question):
    s.system("Be brief.")
    s.user(question + "?")
    s.assistant(sgl.gen("a", max_tokens=8))


CASES.add(methods, question="Tea")


@sgl.function
def turns_in_a_loop(s, questions):
    for question in questions:
        s += sgl.user(question)
        s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(turns_in_a_loop, questions=["One?", "Two?", "Three?"])
CASES.add(turns_in_a_loop, "no_turns_in_a_loop", questions=[])


@sgl.function
def history(s, messages):
    for message in messages:
        if message["role"] == "system":
            s += sgl.system(message["content"])
        elif message["role"] == "user":
            s += sgl.user(message["content"])
        else:
            s += sgl.assistant(message["content"])
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(history, messages=MESSAGES)


@sgl.function
def roles_from_a_table(s, messages):
    for message in messages:
        s += ROLE[message["role"]](message["content"])
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(roles_from_a_table, messages=MESSAGES)


@sgl.function
def roles_by_name(s, messages):
    for message in messages:
        s += getattr(sgl, message["role"])(message["content"])
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(roles_by_name, messages=MESSAGES)


@sgl.function
def roles_as_methods(s, messages):
    for message in messages:
        getattr(s, message["role"])(message["content"])
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(roles_as_methods, messages=MESSAGES)


@sgl.function
def optional_system(s, question, system_message=None):
    if system_message is not None:
        s += sgl.system(system_message)
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(optional_system, question="Tea?")
CASES.add(optional_system, "optional_system_given", question="Tea?", system_message="Be brief.")


@sgl.function
def optional_system_text(s, question, system_message=""):
    if system_message:
        s += sgl.system(system_message)
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(optional_system_text, question="Tea?")
CASES.add(
    optional_system_text, "optional_system_text_given", question="Tea?", system_message="Brief."
)


@sgl.function
def shots_as_turns(s, shots, question):
    s += sgl.system("Say what it is.")
    for asked, said in shots:
        s += sgl.user(asked)
        s += sgl.assistant(said)
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8, temperature=0))


CASES.add(shots_as_turns, shots=[("a cat", "animal"), ("an oak", "plant")], question="a stone")


@sgl.function
def prefilled_answer(s, question):
    s += sgl.user(question)
    s += sgl.assistant(
        "The answer is (" + sgl.gen("a", choices=["A", "B"]) + "). " + sgl.gen("why")
    )


CASES.add(prefilled_answer, question="A or B?")


@sgl.function
def text_after_a_turn(s, question):
    s += sgl.user(question)
    s += "note: " + question + "\n"
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(text_after_a_turn, question="Tea?")


@sgl.function
def gen_after_a_turn(s, question):
    s += sgl.user(question)
    s += sgl.assistant("Let me think.\n")
    s += sgl.gen("a", max_tokens=8)
    s += sgl.user("And?")
    s += sgl.assistant(sgl.gen("b", max_tokens=8))


CASES.add(gen_after_a_turn, question="Tea?")


@sgl.function
def text_before_the_turns(s, question):
    s += "A preface.\n"
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(text_before_the_turns, question="Tea?")


@sgl.function
def self_refine(s, task):
    s += sgl.user(task)
    s += sgl.assistant(sgl.gen("draft", max_tokens=16))
    for _ in range(3):
        s += sgl.user("Is it good? Answer yes or no.")
        s += sgl.assistant(sgl.gen("verdict", choices=["yes", "no"]))
        if s["verdict"] == "yes":
            break
        s += sgl.user("Better, please.")
        s += sgl.assistant(sgl.gen("draft", max_tokens=16))
    return s["draft"]


for number in range(3):
    CASES.add(self_refine, f"self_refine_{number}", task=f"Write line {number}.")


def ask(s, question, name, **options):
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen(name, **options))
    return s[name]


@sgl.function
def turns_in_a_helper(s, topic):
    first = ask(s, f"What is {topic}?", "what", max_tokens=8)
    second = ask(s, f"Why {first}?", "why", max_tokens=8, temperature=0)
    return first, second


CASES.add(turns_in_a_helper, topic="tea")


def turn(question):
    return sgl.user(question)


def pair(question, name):
    return sgl.user(question) + sgl.assistant(sgl.gen(name, max_tokens=8))


@sgl.function
def turns_from_a_function(s, question):
    s += turn(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
    s += pair("And?", "b")


CASES.add(turns_from_a_function, question="Tea?")


@sgl.function
def turns_in_a_list(s, question):
    for each in [sgl.user(question), sgl.assistant(sgl.gen("a", max_tokens=8))]:
        s += each


CASES.add(turns_in_a_list, question="Tea?")


@sgl.function
def samples_in_a_turn(s, question):
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8, n=2))
    s += sgl.user("And?")
    s += sgl.assistant(sgl.gen("b", max_tokens=8))


CASES.add(samples_in_a_turn, question="Tea?")


@sgl.function
def empty_turn(s, question):
    s += sgl.system("")
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))


CASES.add(empty_turn, question="Tea?")


@sgl.function
def interview(s, topics):
    s += sgl.system("You are asked about topics.")
    notes = {}
    for topic in topics:
        s += sgl.user(f"What of {topic}?")
        s += sgl.assistant(sgl.gen("note", max_tokens=8, temperature=0))
        notes[topic] = s["note"].strip()
    s += sgl.user("Sum up: " + "; ".join(f"{k}={v}" for k, v in notes.items()))
    s += sgl.assistant(sgl.gen("sum", max_tokens=8, temperature=0))
    return notes


CASES.add(interview, topics=["tea", "sea"])


@sgl.function
def text_in_the_middle(s, question):
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
    seen = s.text()
    s += sgl.user(f"So far {len(seen)} characters. More?")
    s += sgl.assistant(sgl.gen("b", max_tokens=8))
    return seen


CASES.add(text_in_the_middle, question="Tea?")


@sgl.function
def messages_in_the_middle(s, question):
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("a", max_tokens=8))
    count = len(s.messages())
    s += sgl.user(f"{count} turns so far. More?")
    s += sgl.assistant(sgl.gen("b", max_tokens=8))
    return count


CASES.add(messages_in_the_middle, question="Tea?")


@CASES.script
def a_conversation_goes_on():
    state = turns_in_a_loop.run(questions=["One?", "Two?"])
    state += sgl.user("Three?")
    state += sgl.assistant(sgl.gen("last", max_tokens=8))
    return state["last"], state.text(), state.messages()


@CASES.script
def an_optional_system_goes_on():
    state = optional_system.run(question="Tea?", system_message="Brief.")
    state.user("Sea?")
    state.assistant(sgl.gen("last", max_tokens=8))
    return state["last"], state.text(), len(state.messages())
