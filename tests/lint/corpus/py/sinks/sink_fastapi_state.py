from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from fastapi import FastAPI, Request
app = FastAPI()
@app.post("/ask")
async def ask(request: Request):
    body = await request.json()
    client = request.app.state.client
    return await client.chat.completions.create(model="m", messages=[{"role": "system", "content": head()}, *body["messages"]])
