"""What can be sent at all: addresses, headers, and what a server's certificate is checked against."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from functools import cache

import httpx

from ..backend import BackendError


def check_address(url: str, headers: Mapping[str, str], shown: str) -> None:
    """Raise BackendError (3105) for an address or a header that can't be sent."""
    if not _is_address(url):
        raise BackendError(
            "3105", f"`{shown}` is no address of a server", "it begins with `http://`"
        )
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise BackendError(
                "3105",
                f"the value of `{name}` has characters that no header has",
                "keys are plain ASCII",
            )


def _is_address(url: str) -> bool:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return address.scheme in ("http", "https") and bool(address.host)


def certificates(verify: str | bool | ssl.SSLContext) -> ssl.SSLContext | bool:
    """What httpx checks a server's certificate against; a path names a file of certificates."""
    return ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify


def context(verify: bool | ssl.SSLContext) -> ssl.SSLContext:
    """The same, ready for a connection. What checks against all authorities is made once: it reads a large file."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    return _context(verify, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _context(verify: bool, *_where_authorities_are: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context(verify=verify)
