"""What SGLang's own tests, benchmarks and examples do, re-created: the same shapes, with texts of our own."""

import json
import re

from sglang_programs.cases import Cases

import sglc as sgl

CASES = Cases()
SHOTS = "Q: 2 + 3?\nA: Two and three is five. The answer is 5\n\nQ: 4 + 4?\nA: The answer is 8\n\n"


@sgl.function
def few_shot_qa(s, question):
    s += "These are questions with their answers.\n\n"
    s += "Q: Which city is the capital of Spain?\n"
    s += "A: Madrid\n"
    s += "Q: Which city is the capital of Greece?\n"
    s += "A: Athens\n"
    s += "Q: " + question + "\n"
    s += "A:" + sgl.gen("answer", stop="\n", temperature=0)


CASES.add(few_shot_qa, question="Which city is the capital of Norway?")


@CASES.script
def few_shot_qa_batch():
    rows = [
        {"question": f"Which city is the capital of {land}?"} for land in ("Chile", "Peru", "Kenya")
    ]
    states = few_shot_qa.run_batch(rows, temperature=0.1)
    return [state["answer"].strip() for state in states]


@sgl.function
def mt_bench(s, question_1, question_2):
    s += sgl.system("You help.")
    s += sgl.user(question_1)
    s += sgl.assistant(sgl.gen("answer_1"))
    with s.user():
        s += question_2
    with s.assistant():
        s += sgl.gen("answer_2")


CASES.add(
    mt_bench,
    question_1="Write of a journey.",
    question_2="Shorter.",
    temperature=0.7,
    max_new_tokens=64,
)


@sgl.function
def true_or_false(s, statement):
    s += "Say whether each statement is True, False or Unknown.\n"
    s += "Statement: Rome lies in France.\n"
    s += "Answer: False\n"
    s += "Statement: " + statement + "\n"
    s += "Answer:" + sgl.select("answer", ["True", "False", "Unknown"])


CASES.add(true_or_false, statement="Oslo lies in Norway.")


@sgl.function
def decode_int(s):
    s += "A day has hours: " + sgl.gen_int("hours") + "\n"
    s += "A year has days: " + sgl.gen_int("days") + "\n"


CASES.add(decode_int, temperature=0.1)


@sgl.function
def decode_json_regex(s):
    from sglc.lang.ir import REGEX_FLOAT, REGEX_INT, REGEX_STR

    s += "Describe the city as JSON.\n"
    with s.var_scope("json_output"):
        s += "{\n"
        s += '  "name": ' + sgl.gen(regex=REGEX_STR) + ",\n"
        s += '  "people": ' + sgl.gen(regex=REGEX_INT, stop=[" ", "\n"]) + ",\n"
        s += '  "latitude": ' + sgl.gen(regex=REGEX_FLOAT, stop=[" ", "\n"]) + "\n"
        s += "}"


CASES.add(decode_json_regex, temperature=0.0)


@sgl.function
def decode_json(s):
    s += "Describe the city as JSON.\n"
    with s.var_scope("json_output"):
        s += "{\n"
        s += '  "name": ' + sgl.gen_string() + ",\n"
        s += '  "people": ' + sgl.gen_int() + ",\n"
        s += '  "area": ' + sgl.gen(dtype=int) + ",\n"
        s += '  "zone": ' + sgl.gen(dtype=str) + "\n"
        s += "}"


CASES.add(decode_json, max_new_tokens=64)


@sgl.function
def expert_answer(s, question):
    s += "Question: " + question + "\n"
    s += "Someone who knows is" + sgl.gen("expert", stop=[".", "\n"]) + ".\n"
    s += "So" + s["expert"] + " would say that " + sgl.gen("answer", stop=".") + "."


CASES.add(expert_answer, question="Who wrote it?", temperature=0.1)


def calculate(expression):
    return f"[{len(expression)}]"


@sgl.function
def tool_use(s, lhs, rhs):
    s += "Use calculate(expression).\ncalculate(1+2)=3\n"
    s += "Question: what is " + str(lhs) + " times " + str(rhs) + "?\n"
    s += "Answer: calculate(" + sgl.gen("expression", stop=")") + ") = "
    with s.var_scope("answer"):
        s += calculate(s["expression"])


CASES.add(tool_use, lhs=25, rhs=98, temperature=0)


@sgl.function
def react(s, question):
    s += "Question: " + question + "\n"
    for i in range(1, 5):
        s += f"Thought {i}:" + sgl.gen(stop=[".", "\n"]) + ".\n"
        s += f"Action {i}: " + sgl.select(f"action_{i}", ["Search", "Finish"])
        if s[f"action_{i}"] == "Search":
            s += " [" + sgl.gen(stop="]") + "].\n"
            s += f"Observation {i}:" + sgl.gen(stop=[".", "\n"]) + ".\n"
        else:
            s += " [" + sgl.gen("answer", stop="]") + "].\n"
            break


for number in range(3):
    CASES.add(
        react, f"react_{number}", question=f"Where does number {number} live?", temperature=0.1
    )

TIPS = 3


@sgl.function
def parallel_decoding(s, topic):
    s += "USER: Give tips for " + topic + ".\n"
    s += "ASSISTANT: Here are " + str(TIPS) + " tips:\n"
    for i in range(1, 1 + TIPS):
        s += f"{i}." + sgl.gen(max_tokens=16, stop=[".", "\n"]) + ".\n"
    forks = s.fork(TIPS)
    for i in range(TIPS):
        forks[i] += f"Now tip {i + 1} at length:\nTip {i + 1}:"
        forks[i] += sgl.gen("detailed_tip", 64, stop=["\n\n"])
    forks.join()
    s += "The tips at length:\n"
    for i in range(TIPS):
        s += f"Tip {i + 1}:" + forks[i]["detailed_tip"] + "\n"
    s += "\nIn short," + sgl.gen("summary", max_tokens=512)


CASES.add(parallel_decoding, topic="writing", temperature=0.3)


@sgl.function
def parallel_encoding(s, question, context_0, context_1, context_2):
    s += "USER: I ask about statements.\n"
    contexts = [context_0, context_1, context_2]
    forks = s.fork(len(contexts))
    forks += lambda i: f"Statement {i}: " + contexts[i] + "\n"
    forks.join(mode="concate_and_append")
    s += "Question: " + question + "\n"
    s += "ASSISTANT:" + sgl.gen("answer", max_tokens=64)


CASES.add(
    parallel_encoding, question="Who?", context_0="A is B.", context_1="C is D.", context_2="E is F.",
    temperature=0,
)  # fmt: skip


@sgl.function
def stream_qa(s, question):
    s += sgl.system("You help.")
    s += sgl.user(question)
    s += sgl.assistant(sgl.gen("answer"))


@CASES.script
def streams():
    whole = "".join(stream_qa.run(question="Write of a journey.", stream=True).text_iter())
    one = "".join(stream_qa.run(question="Write of a journey.", stream=True).text_iter("answer"))
    return whole, one


ADDRESS = r"((25[0-5]|2[0-4]\d|[01]?\d\d?).){3}(25[0-5]|2[0-4]\d|[01]?\d\d?)"


@sgl.function
def regex_gen(s):
    s += "Q: What is the address of the server?\n"
    s += "A: " + sgl.gen("answer", temperature=0, regex=ADDRESS)


CASES.add(regex_gen)


@sgl.function
def dtype_gen(s):
    s += "Q: What is it called?\nA: It is called " + sgl.gen("str_res", dtype=str, stop="\n") + "\n"
    s += "Q: When was it made?\nA: " + sgl.gen("int_res", dtype=int) + "\n"
    s += "Q: How large is pi?\nA: " + sgl.gen("float_res", dtype=float) + "\n"
    s += "Q: Is the sky blue?\nA: " + sgl.gen("bool_res", dtype=bool) + "\n"


CASES.add(dtype_gen)


@sgl.function
def min_tokens(s):
    s += sgl.user("Which city is the capital?")
    s += sgl.assistant(sgl.gen("answer", min_tokens=64, max_tokens=128))


CASES.add(min_tokens)


@sgl.function
def hellaswag(s, question, choices):
    s += SHOTS + question
    s += sgl.select("answer", choices=choices)


@CASES.script
def hellaswag_batch():
    rows = [
        {"question": f"He lifts box {i}. He", "choices": ["drops it.", "sings."]} for i in range(4)
    ]
    states = hellaswag.run_batch(rows, temperature=0, num_threads=4)
    lazily = hellaswag.run_batch(rows, temperature=0, num_threads=4, generator_style=True)
    return [state["answer"] for state in states], [state["answer"] for state in lazily]


@sgl.function
def gsm8k(s, question):
    s += SHOTS + question
    s += sgl.gen("answer", max_tokens=512, stop=["Question", "Assistant:", "<|separator|>"])


@CASES.script
def gsm8k_batch():
    rows = [{"question": f"Q: {i} + {i}?\nA:"} for i in range(3)]
    states = gsm8k.run_batch(rows, temperature=0, num_threads=2, progress_bar=False)
    return [re.findall(r"\w+", state["answer"]) for state in states]


@sgl.function
def mmlu(s, examples, question):
    s += examples + question + sgl.gen("answer")


@CASES.script
def mmlu_batch():
    bound = mmlu.bind(examples="What is 1 + 1?\nA. 2\nB. 3\nAnswer: A\n\n")
    states = bound.run_batch(
        [{"question": "What is 2 + 1?\nA. 2\nB. 3\nAnswer:"}, {"question": "Or 2?\nAnswer:"}],
        temperature=0, max_new_tokens=1,
    )  # fmt: skip
    return [state["answer"].strip()[:1] for state in states]


CHAINS = 4


@sgl.function
def multi_chain(s, question):
    s += "Question: " + question + "\n"
    forks = s.fork(CHAINS)
    for i in range(CHAINS):
        forks[i] += (
            "Answer: "
            + sgl.gen(f"chain_{i}", max_tokens=64, temperature=0.3, stop="Question")
            + "\n"
        )
    forks.join()
    s += "Answer 1: " + ", ".join(f"{i + 1}. {s[f'chain_{i}']}" for i in range(1))
    s += "\nThe answer is" + sgl.gen("answer", temperature=0, max_tokens=16)


@sgl.function
def multi_chain_texts(s, question):
    s += "Question: " + question + "\n"
    forks = s.fork(CHAINS)
    forks += lambda i: f"[{i}] Answer:" + sgl.gen("chain", max_tokens=64, temperature=0.3)
    answers = [f["chain"] for f in forks]
    for i, each in enumerate(answers):
        s += f"Attempt {i}: {each}\n"
    s += "Best:" + sgl.select("best", [str(i) for i in range(CHAINS)])


CASES.add(multi_chain, question="How many birds?")
CASES.add(multi_chain_texts, question="How many birds?")


def propose_plan(s, question, num_branches):
    s += sgl.user("Here is a problem: " + question + " First propose a plan.")
    forks = s.fork(num_branches)
    forks += sgl.assistant(sgl.gen("plan", max_tokens=256, temperature=0.6))
    return forks


def execute_plan(s, num_branches):
    s += sgl.user("The plan looks good. Follow it.")
    forks = s.fork(num_branches)
    forks += sgl.assistant(sgl.gen("answer", max_tokens=256, temperature=0.6))
    return forks


def reflect_solution(s, num_branches):
    s += sgl.user("Now reflect, and rate your answer from 1 to 5.")
    forks = s.fork(num_branches)
    forks += sgl.assistant(sgl.gen("score", max_tokens=256, temperature=0.6))
    return forks


@sgl.function
def tree_of_thought(s, question, num_branches):
    plans = propose_plan(s, question, num_branches)
    solutions = []
    for plan in plans:
        forks = execute_plan(plan, num_branches)
        solutions.extend(forks)
    scores = []
    for solution in solutions:
        forks = reflect_solution(solution, num_branches)
        scores.extend(f["score"] for f in forks)
    return [[f["answer"] for f in solutions], scores]


CASES.add(tree_of_thought, question="How many birds?", num_branches=2)


@sgl.function
def tree_of_thought_flat(s, question):
    s += sgl.user("Here is a problem: " + question)
    forks = s.fork(2)
    forks += sgl.assistant(sgl.gen("plan", max_tokens=64, temperature=0.6))
    for plan in forks:
        plan += sgl.user("Follow it.")
        arms = plan.fork(2)
        arms += sgl.assistant(sgl.gen("answer", max_tokens=64, temperature=0.6))
        arms.join()
    forks.join()
    return s["plan"], s["answer"]


CASES.add(tree_of_thought_flat, question="How many birds?")


@sgl.function
def poignancy_event(s, persona_name, persona_iss, event):
    s += "Here is a short description of " + persona_name + ".\n"
    s += persona_iss + "\n"
    s += "On a scale of 1 to 10, rate the event for " + persona_name + ".\n\n"
    s += "Event: " + event + "\nRate (a number from 1 to 10):"
    s += sgl.gen(name="Rate", max_tokens=2)


@CASES.script
def generative_agents():
    rows = [
        {"persona_name": "Ada", "persona_iss": "Ada writes programs.", "event": f"Event {i}"}
        for i in range(3)
    ]
    return [state["Rate"] for state in poignancy_event.run_batch(rows, num_threads=2)]


DIMENSIONS = ["Clarity: is it clear?", "Depth: does it go deep?", "Style: does it read well?"]
SYSTEM = "Judge an essay on one dimension."


@sgl.function
def multi_dimension_judge(s, article):
    s += SYSTEM
    s += "\n```\n" + article + "\n```\n\n"
    forks = s.fork(len(DIMENSIONS))
    for i in range(len(DIMENSIONS)):
        forks[i] += (
            "USER: Judge on this dimension. " + DIMENSIONS[i] + " End with a word.\nASSISTANT:"
        )
        forks[i] += sgl.gen("judgment", max_tokens=256, stop="END", temperature=0)
    forks.join()
    s += "I will judge on the following dimensions:\n"
    for i in range(len(DIMENSIONS)):
        s += DIMENSIONS[i].split(":")[0] + ": " + forks[i]["judgment"].strip() + "\n"
    s += "In all, it is a " + sgl.gen("overall", max_tokens=2, temperature=0) + "."


CASES.add(multi_dimension_judge, article="Cats are nice.")


@sgl.function
def judge_with_messages(s, topic, essay, reference):
    s += sgl.system("Evaluate the essay.")
    s += sgl.user("Essay on " + topic + ": " + essay)
    s += sgl.assistant("Sure!")
    forks = s.fork(len(DIMENSIONS))
    for f, dim in zip(forks, DIMENSIONS):
        f += sgl.user("Judge on: " + dim)
        f += sgl.assistant("Judgment: " + sgl.gen("judgment", max_tokens=32))
    forks.join()
    if reference is not None:
        s += sgl.user("The reference says: " + reference)
        s += sgl.assistant("So the grade is " + sgl.gen("grade", choices=["A", "B", "C"]))


CASES.add(judge_with_messages, topic="cats", essay="Cats are nice.", reference="Dogs are too.")
CASES.add(
    judge_with_messages,
    "judge_without_reference",
    topic="cats",
    essay="Cats are nice.",
    reference=None,
)


@sgl.function
def json_decode(s, document):
    s += "Extract what the document says of the city.\n"
    s += document + "\n"
    s += "{\n"
    s += '  "name": "' + sgl.gen("name", stop='"', max_tokens=8, temperature=0) + '",\n'
    s += '  "country": "' + sgl.gen("country", stop='"', max_tokens=8, temperature=0) + '",\n'
    s += '  "landmarks": [' + sgl.gen("landmarks", stop="]", max_tokens=24, temperature=0) + "]\n"
    s += "}\n"


CASES.add(json_decode, document="Paris has a tower.")

CHARACTER = r'\{\n    "name": "[\w ]{1,16}",\n    "age": [0-9]{1,3}\n\}'


@sgl.function
def character_gen(s, name):
    s += name + " is a character. Please fill in what is known.\n"
    s += sgl.gen("json_output", max_tokens=256, regex=CHARACTER)


CASES.add(character_gen, name="Hermione")


@sgl.function
def pydantic_gen(s, name):
    s += f"Please describe {name} as JSON.\n"
    s += sgl.gen("json_output", max_tokens=256, json_schema=json.dumps({"type": "object"}))


CASES.add(pydantic_gen, name="Ada")


@sgl.function
def line_retrieval(s, prefix, suffix, body_0, body_1, body_2, body_3):
    s += prefix + "\n"
    contexts = [body_0, body_1, body_2, body_3]
    position_ids_offset = [i * 1000 for i in range(len(contexts))]
    forks = s.fork(len(contexts), position_ids_offset)
    forks += lambda i: contexts[i] + "\n"
    forks.join(mode="concate_and_append")
    s += "\n" + suffix
    s += sgl.gen("answer", max_tokens=16)


CASES.add(
    line_retrieval,
    prefix="Lines:",
    suffix="What is in line 3?",
    body_0="a",
    body_1="b",
    body_2="c",
    body_3="d",
)


@sgl.function
def multi_document_qa(s, docs, question):
    s += sgl.user_begin()
    s += "Please answer a question about the documents.\n"
    forks = s.fork(len(docs))
    forks += lambda i: docs[i]
    forks.join("concate_and_append")
    s += "\nDocuments end. Now answer: " + question
    s += sgl.user_end()
    s += sgl.assistant(sgl.gen("answer", max_tokens=16))


CASES.add(multi_document_qa, docs=["One. ", "Two. ", "Three. "], question="Which?")


@sgl.function
def multi_turns(s, qas):
    for qa in qas:
        s += qa["prompt"]
        s += sgl.gen(max_tokens=qa["new_tokens"], ignore_eos=True)


CASES.add(
    multi_turns,
    qas=[{"prompt": "One ", "new_tokens": 4}, {"prompt": "Two ", "new_tokens": 8}],
    temperature=0,
)


@sgl.function
def tip_suggestion(s, topic):
    s += "Here are two tips for " + topic + ":\n1. Rest.\n2. Eat well.\n"
    forks = s.fork(2)
    for i, f in enumerate(forks):
        f += f"Now, expand tip {i + 1} into a paragraph:\n"
        f += sgl.gen("detailed_tip", max_tokens=256, stop="\n\n")
    s += "Tip 1:" + forks[0]["detailed_tip"] + "\n"
    s += "Tip 2:" + forks[1]["detailed_tip"] + "\n"
    s += "In summary" + sgl.gen("summary")


CASES.add(tip_suggestion, topic="staying well")


@sgl.function
def essay_judge(s, essay):
    s += "Please grade the essay: " + essay + "\n"
    forks = s.fork(2)
    forks[0] += "Grammar:" + sgl.gen("grammar", max_tokens=8)
    forks[1] += "Ideas:" + sgl.gen("ideas", max_tokens=8)
    s += "Grammar: " + forks[0]["grammar"] + " Ideas: " + forks[1]["ideas"]
    s += " Grade:" + sgl.gen("grade", choices=["A", "B", "C", "D"])


CASES.add(essay_judge, essay="Cats are nice.")


@sgl.function
def tool_choice(s, question):
    s += "To answer this question: " + question + ". "
    s += "I need to use a " + sgl.gen("tool", choices=["calculator", "search engine"]) + ". "
    if s["tool"] == "calculator":
        s += "The expression is" + sgl.gen("expression")
    elif s["tool"] == "search engine":
        s += "The key word to search is" + sgl.gen("word")


for number in range(2):
    CASES.add(tool_choice, f"tool_choice_{number}", question=f"what is {number} + 2?")


@sgl.function
def choices_logprob(s, question):
    s += sgl.user(question)
    s += sgl.assistant(
        sgl.gen("tool", choices=["calculator", "search"], choices_method=sgl.greedy_token_selection)
    )


CASES.add(choices_logprob, question="2 + 2?")


@sgl.function
def cot_decoding(s, question):
    s += sgl.user("Question: " + question + "\nAnswer:")
    s += sgl.assistant_begin()
    forks = s.fork(3)
    forks += sgl.gen(
        "answer", max_tokens=16, temperature=0, return_logprob=True, top_logprobs_num=3
    )
    forks += sgl.assistant_end()
    s += "-"
    s += sgl.assistant_end()


CASES.add(cot_decoding, question="Two or three?")


@sgl.function
def parallel_sample(s, question, count):
    s += (
        "Question: 1 + 2 = ?\nReasoning: I need 1 + 2.\nAnswer: 3\n"
        "Question: " + question + "\nReasoning:"
    )
    forks = s.fork(count)
    forks += sgl.gen("reasoning", stop="\n") + "\n"
    forks += "Tool:" + sgl.gen("tool", choices=["calculator", "browser"]) + "\n"
    forks += "Answer:" + sgl.gen("answer", stop="\n") + "\n"
    forks.join()


CASES.add(parallel_sample, question="5 + 6?", count=3, temperature=0.8)
CASES.add(parallel_sample, "parallel_sample_of_one", question="5 + 6?", count=1, temperature=0.8)


@sgl.function
def rag(s, question, documents):
    s += sgl.system("Answer from the documents.")
    s += sgl.user(
        "\n".join(f"[{i}] {text}" for i, text in enumerate(documents)) + "\nQuestion: " + question
    )
    s += sgl.assistant(sgl.gen("answer", max_tokens=64, stop="\n\n"))


CASES.add(rag, question="Which tower?", documents=["Paris has a tower.", "Pisa has one."])
