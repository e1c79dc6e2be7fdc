"""A LangGraph node that shows the model the tail of the state alone."""
from typing import Annotated, TypedDict

from langchain_core.messages import AnyMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

GUIDE = SystemMessage("You plan trips by rail and ferry. " * 120)


class Trip(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    budget: int


model = ChatOpenAI(model="gpt-5.1")


def recent(state: Trip, keep: int = 12) -> list[AnyMessage]:
    return state["messages"][-keep:]  # want: PFX207


def planner(state: Trip) -> dict:
    return {"messages": [model.invoke([GUIDE, *recent(state)])]}


graph = StateGraph(Trip)
graph.add_node("planner", planner)
graph.add_edge(START, "planner")
graph.add_edge("planner", END)
app = graph.compile()
