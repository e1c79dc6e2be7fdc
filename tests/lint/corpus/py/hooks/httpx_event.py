import json
from datetime import datetime

import httpx
from openai import OpenAI


class Stamping(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        body["messages"].insert(0, {"role": "system", "content": f"Sent {datetime.now().isoformat()}"})  # want: PFX101
        fresh = httpx.Request(request.method, request.url, headers=request.headers, content=json.dumps(body))
        return super().handle_request(fresh)


client = OpenAI(http_client=httpx.Client(transport=Stamping()))
