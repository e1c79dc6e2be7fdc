"""A middleware puts the plan as it stands behind the messages, asynchronously; the state goes without."""

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, wrap_model_call
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver


@wrap_model_call
async def with_plan(request: ModelRequest, handler):
    sent = list(request.messages)
    sent.append({"role": "user", "content": f"The plan so far:\n{request.state['plan']}"})
    return await handler(request.override(messages=sent))  # want: PFX209 PFX207


agent = create_agent(
    "openai:gpt-5.1", tools=[], system_prompt="You refit old boats. " * 150, middleware=[with_plan]
)
