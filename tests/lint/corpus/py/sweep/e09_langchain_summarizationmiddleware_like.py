"""LangChain SummarizationMiddleware-like before_model trimming."""

from langchain.agents import create_agent
from langchain.agents.middleware import before_model
from langchain_core.messages import RemoveMessage
HEAD = "For e09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@before_model
def trim(state, runtime):
    messages = state["messages"]
    if len(messages) <= 8:
        return None
    return {"messages": [RemoveMessage(id="all"), messages[0], *messages[-7:]]}  # want: PFX207
agent = create_agent("openai:gpt-5.1", tools=[], system_prompt=HEAD, middleware=[trim])
