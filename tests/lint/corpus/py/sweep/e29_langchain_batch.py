"""LangChain batch."""

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
HEAD = "For e29 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
chain = ChatPromptTemplate.from_messages([("system", HEAD), ("human", "{text}")]) | ChatOpenAI(model="gpt-5.1")
def every(rows): return chain.batch([{"text": r} for r in rows])  # want: PFX701
