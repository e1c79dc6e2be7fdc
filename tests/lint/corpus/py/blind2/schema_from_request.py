from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from openai import AsyncOpenAI
from pydantic import BaseModel

app = FastAPI()
llm = AsyncOpenAI()
EXTRACTION = Path("prompts/extraction.md").read_text()


class Job(BaseModel):
    output_schema: dict[str, Any]
    document: str


def with_schema(schema: dict[str, Any]) -> str:
    return f"{EXTRACTION}\n\nReturn JSON of this schema:\n{json.dumps(schema)}"  # want: PFX302


@app.post("/extract")
async def extract(job: Job) -> dict:
    r = await llm.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[
            {"role": "system", "content": with_schema(job.output_schema)},  # want: PFX302
            {"role": "user", "content": job.document},
        ],
        response_format={"type": "json_object"},
    )
    return json.loads(r.choices[0].message.content)
