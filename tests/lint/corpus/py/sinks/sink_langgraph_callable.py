from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from langgraph.prebuilt import create_react_agent
def prompt(state):
    return [{"role": "system", "content": head()}, *state["messages"]]
agent = create_react_agent("openai:gpt-5.1", tools=[], prompt=prompt)
