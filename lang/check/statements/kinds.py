"""The kinds of statements, each with the function that checks it; `body_of` puts a body together."""

from __future__ import annotations

from ....ir.span import Span
from ...syntax import nodes as s
from ..binding import bind_anyway
from ..effects import EffectReader
from ..expressions.forms import form_type
from ..expressions.inference import Inference
from ..names import Names
from ..surroundings import Surroundings
from .appending import check_append, check_resume, check_use
from .arms import check_fork, check_parallel, check_unordered
from .assignments import check_assign
from .body import Body, Signature
from .branches import check_if, check_return
from .loops import check_for, check_jump, check_while
from .placement import stray
from .turns import check_turn


def body_of(
    names: Names,
    effects: EffectReader,
    signature: Signature = Signature(),  # noqa: B008 - it is frozen
    closed: tuple[str, Span] | None = None,
) -> Body:
    """A body with all that its checks need. `closed`: what `return` can't leave, if anything."""
    asked = Inference(names, Surroundings(closed), form_type)
    return Body(asked, effects, signature, check_statement)


def check_statement(body: Body, node: s.Stmt) -> bool:
    """Check one statement by its kind; whether nothing behind it runs: it returns, or jumps."""
    match node:
        case s.Return():
            check_return(body, node)
            return True
        case s.Break() | s.Continue():
            return check_jump(body, node)
        case s.If():
            return check_if(body, node)
        case s.Turn():
            check_turn(body, node)
        case s.Append():
            check_append(body, node)
        case s.Assign():
            check_assign(body, node)
        case s.Use():
            check_use(body, node)
        case s.Resume():
            check_resume(body, node)
        case s.For():
            check_for(body, node)
        case s.While():
            check_while(body, node)
        case s.Fork():
            check_fork(body, node)
        case s.Parallel():
            check_parallel(body, node)
        case s.Unordered():
            check_unordered(body, node)
        case s.Arm() | s.Section() | s.Mock() | s.Expect():
            stray(body.reporter, node)
        case s.Broken():
            _check_broken(body, node)
        case s.Pass():
            pass
    return False


def _check_broken(body: Body, node: s.Broken) -> None:
    """Check what could be read of a statement with errors."""
    for name in node.names:
        bind_anyway(body.names, name)
    for inner in node.body:
        body.block(inner.body if isinstance(inner, s.Arm | s.Section) else (inner,))
