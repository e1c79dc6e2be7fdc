from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from claude_agent_sdk import query, ClaudeAgentOptions
async def ask(q):
    async for m in query(prompt=q, options=ClaudeAgentOptions(system_prompt=head())):
        print(m)
