from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from pydantic_ai import Agent
agent = Agent("openai:gpt-5.1")
@agent.system_prompt
def when():
    return head()
