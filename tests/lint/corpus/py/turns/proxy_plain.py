import time
import httpx
from fastapi import FastAPI, Request

app = FastAPI()
web = httpx.AsyncClient(base_url="https://api.openai.com/v1")
seen = {}


@app.post("/v1/chat/completions")
async def relay(request: Request):
    body = await request.json()
    body["user"] = request.headers["x-user"]
    body["metadata"] = {"at": str(time.time())}
    seen[body["user"]] = seen.get(body["user"], 0) + 1
    if seen[body["user"]] > 100:
        return {"error": "slow down"}
    body["messages"] = [{"role": "system", "content": "Keep to the house rules of the school."}, *body["messages"]]
    return (await web.post("/chat/completions", json=body)).json()
