from datetime import datetime
from typing import Annotated, TypedDict

from langchain_core.messages import AnyMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from .playbook import PLAYBOOK

llm = ChatOpenAI(model="gpt-4.1", temperature=0)


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    region: str


def _header(state: State) -> str:
    return "\n".join(
        (
            f"region: {state['region']}",
            f"clock: {datetime.now().isoformat(sep=' ', timespec='seconds')}",  # want: PFX101 PFX201
        )
    )


def advise(state: State) -> dict:
    system = SystemMessage(content=_header(state) + "\n\n" + PLAYBOOK)  # want: PFX101 PFX201
    return {"messages": [llm.invoke([system] + state["messages"])]}


builder = StateGraph(State)
builder.add_node("advise", advise)
builder.add_edge(START, "advise")
builder.add_edge("advise", END)
graph = builder.compile()
