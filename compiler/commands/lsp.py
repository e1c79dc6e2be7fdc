"""`sglc lsp`: the language server, over stdin and stdout."""

from __future__ import annotations

from .failures import UsageError


def lsp() -> int:
    """Serve an editor over stdin and stdout, with the Language Server Protocol."""
    try:
        from ..lsp import make_server
    except ImportError as error:
        raise UsageError(
            "SGL2029",
            f"the language server needs the package `{error.name}`",
            "`pip install 'sglc[lsp]'` installs it",
        ) from error
    make_server().start_io()
    return 0
