"""ChatPromptTemplate with partial function."""

from datetime import datetime
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI
GUIDE = "For b14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
prompt = ChatPromptTemplate.from_messages([("system", "Clock: {now}\n" + GUIDE), MessagesPlaceholder("history"), ("human", "{q}")]).partial(now=lambda: datetime.now().isoformat())  # want: PFX101
chain = prompt | ChatOpenAI(model="gpt-4.1")
def ask(h, q): return chain.invoke({"history": h, "q": q})
