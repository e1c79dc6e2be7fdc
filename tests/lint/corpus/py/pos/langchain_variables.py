"""A template of LangChain with variables that are computed."""

from datetime import datetime

from langchain_core.prompts import ChatPromptTemplate, SystemMessagePromptTemplate
from langchain_openai import ChatOpenAI

TEXT = "At {moment} the desk is open.\n" + "Lend skis and boots. Ask for the size. " * 90


def moment() -> str:
    return datetime.now().strftime("%H:%M:%S")  # want: PFX101


head = SystemMessagePromptTemplate.from_template(TEXT, partial_variables={"moment": moment})
prompt = ChatPromptTemplate.from_messages([head, ("human", "{wish}")])


def lend(wish: str):
    return (prompt | ChatOpenAI(model="gpt-5.1")).invoke({"wish": wish})
