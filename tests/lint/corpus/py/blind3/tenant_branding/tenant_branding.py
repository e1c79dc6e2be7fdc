from dataclasses import dataclass

from fastapi import APIRouter, Depends
from litellm import acompletion

from .auth import current_tenant
from .product_manual import PRODUCT_MANUAL

router = APIRouter()


@dataclass(frozen=True)
class Branding:
    company: str
    plan: str
    seats: int

    def intro(self) -> str:
        return f"You are the assistant of {self.company} ({self.plan} plan, {self.seats} seats)."  # want: PFX201 PFX202 PFX104


@router.post("/assistant")
async def assistant(body: dict, tenant=Depends(current_tenant)) -> dict:
    branding = Branding(tenant.company, tenant.plan, tenant.seats)
    r = await acompletion(
        model="openai/gpt-4.1",
        messages=[
            {"role": "system", "content": f"{branding.intro()}\n\n{PRODUCT_MANUAL}"},  # want: PFX201 PFX202 PFX104
            *body["messages"],
        ],
    )
    return {"content": r.choices[0].message.content}
