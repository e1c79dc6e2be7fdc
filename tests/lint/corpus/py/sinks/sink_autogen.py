from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from autogen_agentchat.agents import AssistantAgent
def make(client):
    return AssistantAgent("desk", model_client=client, system_message=head())
