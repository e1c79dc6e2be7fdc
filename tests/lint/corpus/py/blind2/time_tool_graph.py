from datetime import datetime
from zoneinfo import ZoneInfo

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.prebuilt import create_react_agent

CONCIERGE = open("prompts/concierge.md").read()


@tool
def current_time(city: str) -> str:
    """Local time in a city."""
    return datetime.now(ZoneInfo(f"Europe/{city}")).strftime("%A, %d %B %Y, %H:%M")


@tool
def opening_hours(place: str) -> str:
    """Opening hours of a museum or restaurant."""
    return HOURS.get(place.lower(), "unknown")


HOURS = {"louvre": "09:00-18:00, closed on Tuesday", "prado": "10:00-20:00"}

agent = create_react_agent(
    ChatOpenAI(model="gpt-4.1"),
    tools=[current_time, opening_hours],
    prompt=CONCIERGE,
    checkpointer=InMemorySaver(),
)


def ask(thread: str, text: str) -> str:
    state = agent.invoke({"messages": [("user", text)]}, config={"configurable": {"thread_id": thread}})
    return state["messages"][-1].content
