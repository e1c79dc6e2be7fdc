"""The whole state goes to the model, and a tool tells the time."""
from datetime import datetime
from typing import Annotated, TypedDict

from langchain_core.messages import AnyMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode, tools_condition


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


@tool
def now() -> str:
    """Tell the time."""
    return datetime.now().isoformat()


model = ChatOpenAI(model="gpt-5.1").bind_tools([now])
SYSTEM = SystemMessage("You run the calendar of a surgery. " * 120)


async def call(state: State) -> dict:
    return {"messages": [await model.ainvoke([SYSTEM, *state["messages"]])]}


graph = StateGraph(State)
graph.add_node("call", call)
graph.add_node("tools", ToolNode([now]))
graph.add_edge(START, "call")
graph.add_conditional_edges("call", tools_condition)
graph.add_edge("tools", "call")
app = graph.compile()
