"""RunnablePassthrough.assign."""

import time
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_openai import ChatOpenAI
GUIDE = "For b15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
prompt = ChatPromptTemplate.from_messages([("system", "Clock: {now}\n" + GUIDE), ("human", "{q}")])
chain = RunnablePassthrough.assign(now=lambda _: time.ctime()) | prompt | ChatOpenAI(model="gpt-4.1")  # want: PFX101
def ask(q): return chain.invoke({"q": q})
