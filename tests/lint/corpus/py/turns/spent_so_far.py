from litellm import completion

RULES = "You are an agent with tools. Plan, act, check. Report what was done. Never repeat a failing call. Keep within the budget. " * 5
state = {"spent": 0.0, "calls": 0}


def ask(messages, tools):
    state["calls"] += 1
    system = f"Spent so far: {state['spent']:.2f}. Call {state['calls']}.\n{RULES}"  # want: PFX201
    r = completion(model="gpt-4.1", messages=[{"role": "system", "content": system}, *messages], tools=tools)
    state["spent"] += r._hidden_params["response_cost"]
    return r
