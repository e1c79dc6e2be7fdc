"""The second message is written anew in each round."""

import litellm
HEAD = "For g11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def run(goal, tools, execute, most=12):
    found = []
    log = [{"role": "system", "content": HEAD}, {"role": "user", "content": goal}]
    for _ in range(most):
        log[1]["content"] = goal + "\nFound so far:\n" + "\n".join(found)  # want: PFX207 PFX201
        m = litellm.completion(model="openai/gpt-5.1", tools=tools, messages=log).choices[0].message
        log.append(m.model_dump())
        for call in m.tool_calls or []:
            said = execute(call)
            found.append(said[:60])
            log.append({"role": "tool", "tool_call_id": call.id, "content": said})
