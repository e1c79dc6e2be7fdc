from openai import AsyncOpenAI

client = AsyncOpenAI()


async def forward(body: dict, tenant: str) -> dict:
    if body.get("tools"):
        body["tools"] = [t for t in body["tools"] if t["type"] == "function"]
    if "temperature" not in body:
        body["temperature"] = 0.2
    body["metadata"] = {"tenant": tenant}
    body["model"] = body["model"].removeprefix("house/")
    reply = await client.chat.completions.create(**body)
    return reply.model_dump()
