import contextvars
import logging
import uuid
from pathlib import Path

from fastapi import FastAPI, Request
from litellm import acompletion

request_id = contextvars.ContextVar("request_id", default="none")


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


handler = logging.StreamHandler()
handler.addFilter(RequestIdFilter())
handler.setFormatter(logging.Formatter("%(asctime)s %(request_id)s %(message)s"))
log = logging.getLogger("api")
log.addHandler(handler)

app = FastAPI()
HELP = Path("prompts/help_center.md").read_text()


@app.middleware("http")
async def tag(request: Request, call_next):
    request_id.set(request.headers.get("x-request-id") or str(uuid.uuid4()))
    return await call_next(request)


@app.post("/help")
async def help_center(payload: dict) -> dict:
    log.info("question with %d characters", len(payload["text"]))
    messages = [{"role": "system", "content": HELP}, {"role": "user", "content": payload["text"]}]
    r = await acompletion(model="openai/gpt-4.1-mini", messages=messages)
    return {"text": r.choices[0].message.content}
