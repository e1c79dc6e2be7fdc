"""The endpoint."""

from fastapi import APIRouter, Depends
from openai import AsyncOpenAI

from . import prompts
from .settings import Tenant

router = APIRouter()
client = AsyncOpenAI()


def current_tenant() -> Tenant:
    raise NotImplementedError


@router.post("/chat")
async def chat(body: dict, tenant: Tenant = Depends(current_tenant)):  # noqa: B008
    return await client.responses.create(
        model="gpt-5.1", instructions=prompts.render(tenant), input=body["messages"]
    )
