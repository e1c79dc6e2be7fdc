import time
from operator import itemgetter
from langchain.chat_models import init_chat_model
from langchain_core.prompts import ChatPromptTemplate

llm = init_chat_model("anthropic:claude-sonnet-4-5")
SYSTEM = "Clock {clock}. You grade essays of pupils. Use the five criteria. Give points for each. Quote a sentence for each. Do not rewrite the essay. Be kind, be exact, and say what to practise next. Keep to two hundred words in all."
template = ChatPromptTemplate([("system", SYSTEM), ("placeholder", "{messages}")])


def clock(_):
    return time.strftime("%H:%M:%S")  # want: PFX101


grader = {"clock": clock, "messages": itemgetter("messages")} | template | llm


async def grade(messages):
    return await grader.ainvoke({"messages": messages})
