from fastapi import Header, HTTPException


async def current_tenant(x_api_key: str = Header()):
    from .db import tenant_by_key

    tenant = await tenant_by_key(x_api_key)
    if tenant is None:
        raise HTTPException(401)
    return tenant
