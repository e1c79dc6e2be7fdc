"""OpenAI-compatible proxy: forwards to llama.cpp and tidies the history on the way."""
from contextlib import asynccontextmanager

import httpx
import orjson
from fastapi import FastAPI, Request
from fastapi.responses import Response


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with httpx.AsyncClient(base_url="http://127.0.0.1:8080", timeout=300) as upstream:
        app.state.upstream = upstream
        yield


app = FastAPI(lifespan=lifespan)


def tidy(message: dict) -> dict:
    for call in message.get("tool_calls") or ():
        function = call["function"]
        function["arguments"] = orjson.dumps(orjson.loads(function["arguments"]), option=orjson.OPT_SORT_KEYS).decode()  # want: PFX303
    return message


@app.post("/v1/chat/completions")
async def forward(request: Request) -> Response:
    body = orjson.loads(await request.body())
    body["messages"] = [tidy(m) for m in body["messages"]]
    answer = await app.state.upstream.post("/v1/chat/completions", content=orjson.dumps(body))  # want: PFX303
    return Response(answer.content, status_code=answer.status_code, media_type="application/json")
