"""Settings and the tenant's record."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tenant:
    slug: str
    display_name: str
    support_mail: str


HOUSE_RULES = "Answer in the language of the question. Never quote prices. Offer a call back. " * 60
