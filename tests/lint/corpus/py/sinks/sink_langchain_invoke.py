from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-5.1")
def ask(q, history):
    return llm.invoke([("system", head()), *history, ("human", q)])
