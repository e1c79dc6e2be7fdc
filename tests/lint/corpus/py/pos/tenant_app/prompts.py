"""Builds prompts."""

from .settings import HOUSE_RULES, Tenant

TEMPLATE = """You work for %(tenant)s. Mail: %(mail)s.

%(rules)s"""


def render(tenant: Tenant) -> str:
    return TEMPLATE % {
        "tenant": tenant.display_name,  # want: PFX104 PFX201
        "mail": tenant.support_mail,
        "rules": HOUSE_RULES,
    }
