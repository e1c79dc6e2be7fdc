"""Classes as they are read: methods, annotations, and which attributes change after an instance was built."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .mutations import attribute_of, mutations, renamed, replaced
from .values import ClassInfo, ModuleInfo
from .walking import last_name, nodes_of, walk

_BUILDERS = frozenset({"__init__", "__post_init__", "__new__", "__enter__", "__aenter__", "setup"})


def class_info(node: ast.ClassDef, module: ModuleInfo) -> ClassInfo:
    """A class as it is read: its methods, annotations, and which attributes change after it was built."""
    info = ClassInfo(node.name, node, module)
    for statement in node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not _is_accessor(statement):
                    info.methods[name] = statement
                elif _last_word(statement) == "setter":
                    info.setters[name] = statement
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                if not _is_of_class(annotation):
                    info.annotations[name] = annotation
                if value is not None:
                    info.defaults[name] = value
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                info.defaults[name] = value
            case _:
                pass
    builders = _BUILDERS | helpers_of_builders(info)
    info.begins = _begins_as(info)
    for name, method in info.setters.items():
        _scan_method(info, f"set {name}", method, False)
    for name, method in info.methods.items():
        _scan_method(info, name, method, name in builders)
        if name not in builders:
            for attr, change in _switched(method, info.begins):
                info.shrunk.add(attr)
                info.mutated.setdefault(attr, change)
    if "move_to_end(" in module.text:
        info.reordered = reordered_in(node)
    if info.mutated and _SESSIONS.search(module.text):
        for attr in set(info.mutated) & _sessions_in(node):
            del info.mutated[attr]
            info.grown.discard(attr)
    return info


def _is_of_class(annotation: ast.expr) -> bool:
    """Whether an annotation says that the class alone has an attribute: it is no field of instances."""
    held = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return last_name(held) == "ClassVar"


def _begins_as(info: ClassInfo) -> dict[str, str]:
    """The attributes that are a word, a flag or a member of an enumeration at first, and which."""
    found = {name: _switch(node) for name, node in info.defaults.items()}
    method = info.methods.get("__init__")
    for node in nodes_of(method or ast.Pass()):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = zip(targets, values, strict=False)
                found |= {t.attr: _switch(v) for t, v in pairs if isinstance(t, ast.Attribute)}
            case ast.Assign(targets=[ast.Attribute(attr=attr)], value=value):
                found[attr] = _switch(value)
            case ast.AnnAssign(target=ast.Attribute(attr=attr), value=ast.expr() as value):
                found[attr] = _switch(value)
            case _:
                pass
    return {attr: word for attr, word in found.items() if word}


def _switch(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() | bool()):
            return repr(node.value)
        case ast.Attribute(value=ast.Name(id=owner), attr=attr) if owner[:1].isupper():
            return f"{owner}.{attr}"
        case _:
            return ""


def _switched(method: ast.AST, begins: dict[str, str]) -> Iterator[tuple[str, ast.AST]]:
    """Attributes that a method sets to another word, flag or member than they had at first."""
    for node in nodes_of(method):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr=attr)], value=value) if attr in begins:
                if _switch(value) not in ("", begins[attr]):
                    yield attr, node
            case _:
                pass


_OF_SESSIONS = frozenset("commit rollback flush execute scalars scalar refresh expunge".split())
"""What is asked of a database's session and of no container."""

_SESSIONS = re.compile(rf"\.({'|'.join(sorted(_OF_SESSIONS))})\(")


def _sessions_in(node: ast.ClassDef) -> set[str]:
    """Attributes that are sessions of a database: what is added to one isn't kept in it."""
    return {
        call.func.value.attr
        for call in walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _OF_SESSIONS
        and isinstance(call.func.value, ast.Attribute)
    }


def reordered_in(node: ast.AST) -> dict[str, ast.AST]:
    """By attribute: where what was used last is moved to the end."""
    return {
        call.func.value.attr: call
        for call in walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "move_to_end"
        and isinstance(call.func.value, ast.Attribute)
    }


def _last_word(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return getattr(node.decorator_list[0], "attr", "") if node.decorator_list else ""


def _is_accessor(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method only sets or deletes what a property of the same name gives."""
    return _last_word(node) in ("setter", "deleter")


def helpers_of_builders(info: ClassInfo) -> set[str]:
    """Private methods that only builders call: what they change was never otherwise."""
    called = {name: _called_methods(method) for name, method in info.methods.items()}
    built = {each for name, names in called.items() if name in _BUILDERS for each in names}
    others = {each for name, names in called.items() if name not in _BUILDERS for each in names}
    return {name for name in built - others if name.startswith("_")}


def _called_methods(method: ast.AST) -> set[str]:
    return {
        node.func.attr
        for node in nodes_of(method)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }


def _scan_method(
    info: ClassInfo,
    name: str,
    method: ast.FunctionDef | ast.AsyncFunctionDef,
    is_builder: bool,
) -> None:
    arguments = method.args.posonlyargs + method.args.args
    if not arguments:
        return
    me = arguments[0].arg
    for attr, node, grows in mutations(method, me):
        if is_builder:
            continue
        if grows:
            info.grown.add(attr)
        else:
            info.shrunk.add(attr)
        info.mutated.setdefault(attr, node)
    if name not in _BUILDERS:
        info.replaced |= replaced(method, me)
        info.replaced |= set() if is_builder else renamed(method, me)
    else:
        for node in nodes_of(method):
            if isinstance(node, ast.AnnAssign) and (attr := attribute_of(node.target, me)):
                info.annotations.setdefault(attr, node.annotation)
