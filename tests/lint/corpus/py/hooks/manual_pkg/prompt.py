from langchain_core.prompts import ChatPromptTemplate

RULES = "Answer only from the passages. Name the source behind every claim. Keep torque values with their unit. " * 20
PROMPT = ChatPromptTemplate.from_messages([("system", "Passages:\n{found}\n\n" + RULES), ("human", "{question}")])
