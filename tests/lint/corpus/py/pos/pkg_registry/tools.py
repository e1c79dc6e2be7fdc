"""Names of tools that plug-ins registered."""

_NAMES: set[str] = set()


def register(name: str) -> None:
    _NAMES.add(name)


def names() -> set[str]:
    return _NAMES | {"help", "stop"}  # want: PFX301 PFX304
