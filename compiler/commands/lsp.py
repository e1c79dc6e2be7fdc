"""`sglc lsp`: serve editors over stdin and stdout."""

from __future__ import annotations

from ..console.failures import UsageError


def lsp() -> int:
    """Serve editors: the language server, over stdin and stdout."""
    try:
        from ..editor.server import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            "SGL2041",
            f"the language server needs the package `{error.name}`",
            "`pip install 'sglc[lsp]'` brings it",
        ) from error
    serve()
    return 0
