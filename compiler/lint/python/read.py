"""The reader of Python: every function is followed from where it starts, with whatever it calls in the project."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from ..config import Config
from ..finding import Cause, Evidence, Gap, Place, Reading
from ..inputs import InputFile
from ..layout import RELEASE
from ..side_calls import side_calls
from ..tokens import Counter
from ..twins import near_twins
from .calls import Following
from .class_reading import class_info
from .copies import frozen
from .decorating import as_decorated
from .expressions import evaluate
from .frames import Frame
from .interfaces import Library
from .machine import OutOfSteps, Run
from .method_values import decorators, method_of
from .newest import judge_put_away
from .project import LONG_LINE, MAX_DEPTH, Project, depth_of, functions_of
from .reach import reach_of
from .sinks.send import send
from .statements.execute import execute
from .turns import Cells, follow_again, follow_turn, read_by_turns, sets_one_of
from .values import (
    ClassInfo,
    ClassV,
    DictV,
    Ext,
    FnV,
    ListV,
    ModuleInfo,
    Obj,
    Opaque,
    StateV,
    Value,
)

RECURSION = 8_000


def read_python(
    files: Sequence[InputFile],
    config: Config,
    counter: Counter,
    templates: Library | None,
    reading: Reading,
) -> Run:
    """Follow the Python among some files; the run, for whoever judges the templates that it knows."""
    project = Project()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    parsed = [file for file in files if file.kind == "python" and _parsed(project, file, reading)]
    run = machine(project, config, counter)
    run.templates = templates
    run.reach = reach_of(project.by_file.values(), config.sinks)
    for file in parsed:
        module = project.by_file[file.name]
        if run.reach.sends(module):
            _follow_module(run, module, reading)
    cells, modules = read_by_turns(run), project.by_file.values()
    follow_again(run, [fn for module in modules for fn in _setters(run, module, cells)])
    reading.gaps += _cut(run)
    reading.evidence += [
        *run.evidence,
        *judge_put_away(run),
        *side_calls(run.requests),
        *near_twins(run.requests),
    ]
    reading.families += sorted(run.families.values(), key=lambda f: f.name)
    return run


def _cut(run: Run) -> Iterator[Gap]:
    """Functions that some calls were not followed into, or not to their end."""
    for each in run.cut.values():
        if isinstance(each, ModuleInfo):
            yield Gap(Place(each.file), f"the module `{each.name}` is too large to be followed")
        elif isinstance(each, ClassInfo):
            place = Place(each.module.file, each.node.lineno)
            yield Gap(place, f"what `{each.name}` holds is not followed to its end")
        elif run.reach is None or run.reach.matters(each.node):
            place = Place(each.module.file, each.node.lineno)
            yield Gap(place, f"`{each.name}` is not followed to its end by all of its callers")


def machine(project: Project, config: Config, counter: Counter) -> Run:
    """An abstract run, put together."""
    run = Run(
        project,
        counter,
        config.target,
        config.sources,
        frozenset(config.sinks),
    )
    run.evaluate, run.body, run.send, run.prepare = evaluate, execute, send, prepare
    run.calls = Following()
    return run


def _parsed(project: Project, file: InputFile, reading: Reading) -> bool:
    try:
        project.add(file)
        long = any(len(line) > LONG_LINE for line in file.text.splitlines())
        if long and depth_of(project.by_file[file.name].tree) > MAX_DEPTH:
            del project.by_file[file.name]
            raise ValueError("it is nested too deeply")
    except SyntaxError as error:
        reading.evidence.append(
            _failed(file, f"{error.msg} (line {error.lineno})", error.lineno or 1)
        )
        return False
    except (ValueError, RecursionError, MemoryError) as error:
        reading.evidence.append(_failed(file, str(error) or type(error).__name__, 1))
        return False
    return True


def _failed(file: InputFile, why: str, line: int) -> Evidence:
    place = Place(file.name, line)
    return Evidence(Cause.UNREADABLE, place, place, f"`{file.name}` was not analysed: {why}")


def prepare(run: Run, module: ModuleInfo) -> None:
    """Execute a module's body once, as an import does; what it computes lasts for a release."""
    if module.state != "new":
        return
    module.state = "running"
    frame = Frame(module, module.env)
    frame.statements = module.tree.body
    with run.afresh():
        run.active.append(module)
        try:
            run.body(run, frame, module.tree.body)
        except (OutOfSteps, RecursionError):
            run.cut.setdefault(id(module), module)
    module.env = {name: _settled(value) for name, value in frame.env.items()}
    module.state = "done"


def _settled(value: Value) -> Value:
    held = frozen(value, RELEASE)
    if isinstance(held, Opaque):
        held.is_fixed = True
    if isinstance(held, ListV):
        held.persists = any(i.many for i in held.items) or not held.items
    if isinstance(held, DictV):
        held.persists = True
    if isinstance(held, Obj):
        held.is_symbolic = True
    return held


def _follow_module(run: Run, module: ModuleInfo, reading: Reading) -> None:
    prepare(run, module)
    for name, fn, written in _roots(run, module):
        if run.reach is not None and not run.reach.may_send(written):
            continue
        place = Place(module.file, fn.node.lineno)
        try:
            follow_turn(run, _as_called(module, name, fn))
        except OutOfSteps:
            run.cut.pop(id(fn.node), None)
            reading.gaps.append(Gap(place, f"`{name}` is too large to be followed to its end"))
        except RecursionError:
            reading.gaps.append(Gap(place, f"`{name}` is nested too deeply to be followed"))


def _setters(run: Run, module: ModuleInfo, cells: Cells) -> Iterator[FnV]:
    """Functions that send nothing, and set something that a turn reads."""
    if run.reach is None or module.state == "new":
        return
    for node in functions_of(module.tree.body):
        if isinstance(node, ast.ClassDef) or run.reach.may_send(node):
            continue
        if run.reach.mentions(node, cells.names) and sets_one_of(cells, module, node):
            yield FnV(node, module, node.name, marks=decorators(node))


def _as_called(module: ModuleInfo, name: str, fn: FnV) -> FnV:
    """A function as others get it: what a decorator of the project made of it."""
    held = module.env.get(name)
    return held if isinstance(held, FnV) and held.node is not fn.node and fn.marks else fn


def _roots(run: Run, module: ModuleInfo) -> Iterator[tuple[str, FnV, ast.AST]]:
    """Every function and method of a module, each as if it were called from outside."""
    for node in functions_of(module.tree.body):
        if isinstance(node, ast.ClassDef):
            yield from _methods(run, module, node)
            continue
        fn = FnV(node, module, node.name, marks=decorators(node))
        held = module.env.get(node.name)
        if isinstance(held, FnV) and held.node is node:
            fn.defaults = held.defaults
        if _is_ours(module, node):
            _bind_state(fn)
        yield node.name, fn, node


def _methods(
    run: Run, module: ModuleInfo, node: ast.ClassDef
) -> Iterator[tuple[str, FnV, ast.AST]]:
    held = module.env.get(node.name)
    info = held.info if isinstance(held, ClassV) else class_info(node, module)
    for name in _all_methods(info):
        if name in ("__init__", "__post_init__", "__repr__", "__str__", "__hash__", "__eq__"):
            continue
        owner = next(c for c in info.line() if name in c.methods)
        fn = _decorated(run, owner, name)
        if "staticmethod" not in fn.marks:
            fn.bound = held if "classmethod" in fn.marks else run.calls.instance(run, info)  # type: ignore[assignment]
        fn.defaults = {}
        yield f"{node.name}.{name}", fn, owner.methods[name]


def _decorated(run: Run, owner: ClassInfo, name: str) -> FnV:
    """A method as its decorators leave it; as it is written where these are too large to be followed."""
    try:
        with run.afresh():
            return as_decorated(run, owner, name)
    except (OutOfSteps, RecursionError):
        fn = method_of(owner, name)
        run.cut.setdefault(id(fn.node), fn)
        return fn


def _all_methods(info: ClassInfo) -> list[str]:
    """The methods of a class; those it inherits too, where it brings parts that they use."""
    inherited = [name for base in info.line()[1:] for name in base.methods if info.methods]
    return list(dict.fromkeys([*info.methods, *inherited]))[:60]


def _is_ours(module: ModuleInfo, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a program of our own front end."""
    for each in node.decorator_list:
        inner = each.func if isinstance(each, ast.Call) else each
        if (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.attr == "function"
        ):
            held = module.env.get(inner.value.id)
        elif isinstance(inner, ast.Name) and inner.id == "function":
            held = module.env.get(inner.id)
        else:
            continue
        if isinstance(held, Ext) and held.name.split(".")[0] in ("sglc", "sglang"):
            return True
    return False


def _bind_state(fn: FnV) -> None:
    fn.bound = StateV(ListV("list"))
