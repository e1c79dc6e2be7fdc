"""Langgraph create_react_agent prompt callable."""

from datetime import datetime
from langgraph.prebuilt import create_react_agent
GUIDE = "For b13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def prompt(state):
    now = datetime.now().strftime("%Y-%m-%d %H:%M:%S")  # want: PFX101
    return [{"role": "system", "content": f"{GUIDE}\nNow: {now}"}] + state["messages"]
agent = create_react_agent("openai:gpt-4.1", tools=[], prompt=prompt)
