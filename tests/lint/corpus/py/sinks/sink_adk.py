from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from google.adk.agents import LlmAgent
def instruction(ctx):
    return head()
root = LlmAgent(name="desk", model="gemini-2.5-pro", instruction=instruction)
