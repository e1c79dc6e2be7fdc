"""Messages as values: a dictionary with a role, or an object of a class whose instances are messages."""

from __future__ import annotations

from .holding import taints_in
from .values import Choice, Const, DictV, Ext, Item, ListV, Obj, Opaque, Value

_ROLES = {"developer": "system", "human": "user", "ai": "assistant"}
_TEXTS = ("content", "text", "parts", "message")


def options_of(value: Value) -> list[Value]:
    """The values of which one holds."""
    return value.options if isinstance(value, Choice) else [value]


def dict_of(value: Value) -> DictV | None:
    """A message as a dictionary; of several that may hold, the one that says most."""
    made = [_of_object(o) if isinstance(o, Obj) else o for o in options_of(value)]
    found = [o for o in made if isinstance(o, DictV)]
    return max(found, key=lambda d: (len(taints_in(d)), len(d.fields))) if found else None


def _of_object(value: Obj) -> DictV | None:
    """An instance with a role and a text is a message."""
    fields = {name.lstrip("_"): held for name, held in value.attrs.items()}
    text = next((fields[name] for name in _TEXTS if name in fields), None)
    if text is None or "role" not in fields:
        return None
    if isinstance(text, ListV):
        text = ListV("list", [Item(_block(i.value), i.many) for i in text.items], text.shape)
    return DictV({"role": Const(role_of(fields["role"])), "content": text})


def _block(value: Value) -> Value:
    """A part of a message that is an object with a text."""
    if isinstance(value, Obj):
        for name, held in value.attrs.items():
            if name.lstrip("_") in _TEXTS:
                return DictV({"text": held})
    return value


def role_of(value: Value) -> str:
    """The role that a value names: a text, or a member of an enumeration."""
    for option in options_of(value):
        match option:
            case Const(value=str(held)):
                return _ROLES.get(held.lower(), held.lower())
            case Ext(name=name) | Opaque(label=name) if name:
                held = name.rpartition(".")[2].lower()
                return _ROLES.get(held, held)
            case _:
                pass
    return ""
