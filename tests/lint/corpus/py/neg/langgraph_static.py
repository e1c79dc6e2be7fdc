from datetime import datetime

from langchain_core.messages import SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import MessagesState, StateGraph

llm = ChatOpenAI(model="gpt-5.1")
POLICY = (
    "Refund within thirty days. Ask for the receipt. Escalate what is above two hundred euros. "
    * 12
)


def assistant(state: MessagesState) -> dict:
    system = SystemMessage(content=POLICY)
    return {
        "messages": [llm.invoke([system] + state["messages"])],
        "at": datetime.now().isoformat(),
    }


graph = StateGraph(MessagesState)
graph.add_node("assistant", assistant)
