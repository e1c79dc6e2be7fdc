import json

from openai import OpenAI

client = OpenAI()


def run(call, handlers) -> str:
    given = json.loads(call.arguments)
    return json.dumps({"called": json.dumps(given, sort_keys=True), "result": handlers[call.name](**given)})


def converse(handlers, items: list, tools: list[dict]):
    while True:
        reply = client.responses.create(model="gpt-5.6", instructions="You file expense reports.", input=items, tools=tools)
        items += reply.output
        calls = [each for each in reply.output if each.type == "function_call"]
        if not calls:
            return reply.output_text
        for call in calls:
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": run(call, handlers)})
