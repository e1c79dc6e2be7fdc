from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from vllm import LLM, SamplingParams
llm = LLM("m")
def ask(qs):
    return llm.generate([head() + "\n" + q for q in qs], SamplingParams())
