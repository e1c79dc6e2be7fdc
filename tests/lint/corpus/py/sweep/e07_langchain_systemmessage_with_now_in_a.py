"""LangChain: SystemMessage with now in a LangGraph node from state."""

from datetime import datetime, timezone
from typing import Annotated, TypedDict
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import SystemMessage
from langgraph.graph import StateGraph
from langgraph.graph.message import add_messages
HEAD = "For e07 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class State(TypedDict):
    messages: Annotated[list, add_messages]
llm = ChatAnthropic(model="claude-sonnet-5")
def node(state: State) -> dict:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")  # want: PFX101
    head = SystemMessage(content=f"Current time: {now}\n\n{HEAD}")
    return {"messages": [llm.invoke([head] + state["messages"])]}
graph = StateGraph(State)
graph.add_node("node", node)
