"""LangChain create_agent with dynamic_prompt middleware."""

from datetime import datetime
from langchain.agents import create_agent
from langchain.agents.middleware import dynamic_prompt, ModelRequest
HEAD = "For e08 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@dynamic_prompt
def head(request: ModelRequest) -> str:
    return f"{HEAD}\nIt is {datetime.now():%H:%M}."  # want: PFX101
agent = create_agent("openai:gpt-5.1", tools=[], middleware=[head])
