from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
prompt = ChatPromptTemplate.from_messages([("system", "{head}"), ("placeholder", "{history}"), ("human", "{q}")])
chain = prompt | ChatOpenAI(model="gpt-5.1")
def ask(q, history):
    return chain.invoke({"head": head(), "history": history, "q": q})
