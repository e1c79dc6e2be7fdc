"""The public door of sglc: every public name, imported when it is first asked for.

Importing this module costs nothing and never brings in torch: names are looked up in a literal
table of modules rather than imported here.
"""

from importlib import import_module

__version__ = "0.1.0"

# Public name -> module that defines it. The door exports what is listed here and nothing else.
_MODULE_OF: dict[str, str] = {}

__all__ = ["__version__"]
__all__ += list(_MODULE_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    """Import the module that defines `name`, and keep the value for the next look-up."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module `sglc` has no attribute `{name}`")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, whether or not they were imported yet."""
    return sorted({*globals(), *_MODULE_OF})
