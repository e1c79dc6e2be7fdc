import json
from sqlmodel import JSON, Column, Field, Session, SQLModel, select

from openai import OpenAI

client = OpenAI(base_url="http://sglang:30000/v1", api_key="none")


class Step(SQLModel, table=True):
    id: str = Field(primary_key=True)
    run: str
    tool: str
    blob: dict = Field(sa_column=Column(JSON))
    result: str = ""



def turn(session: Session, system: str, run: str, tools: list[dict]):
    messages = [{"role": "system", "content": system}]
    for step in session.exec(select(Step).where(Step.run == run).order_by(Step.id)):
        function = {"name": step.tool, "arguments": json.dumps(step.blob)}  # want: PFX303
        messages.append({"role": "assistant", "content": None, "tool_calls": [{"id": step.id, "type": "function", "function": function}]})
        messages.append({"role": "tool", "tool_call_id": step.id, "content": step.result})
    message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
    call = message.tool_calls[0]
    session.add(Step(id=call.id, run=run, tool=call.function.name, blob=json.loads(call.function.arguments)))
    return message
