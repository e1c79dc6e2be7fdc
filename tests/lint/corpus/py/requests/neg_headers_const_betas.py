import anthropic

client = anthropic.Anthropic()
BETAS = ["files-api-2025-04-14", "code-execution-2025-08-25"]


def send(system, tools, messages):
    return client.beta.messages.create(model="claude-sonnet-5", max_tokens=900, system=system, tools=tools,
                                       messages=messages, betas=BETAS)
