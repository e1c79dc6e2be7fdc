from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langchain_core.tools import StructuredTool
def look(q): return q
def ask(messages):
    t = StructuredTool.from_function(look, name="look", description=head())
    return ChatOpenAI(model="m").bind_tools([t]).invoke(messages)
