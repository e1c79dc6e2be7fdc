"""Langgraph state messages appended only."""

from langgraph.graph import StateGraph, MessagesState
from langchain_openai import ChatOpenAI
from langchain_core.messages import SystemMessage
llm = ChatOpenAI(model="gpt-5.1")
HEAD = SystemMessage(content="For n28 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
def agent(state: MessagesState): return {"messages": [llm.invoke([HEAD, *state["messages"]])]}
g = StateGraph(MessagesState); g.add_node("agent", agent)
