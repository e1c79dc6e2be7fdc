"""Lark's parse tree to the syntax tree: one method per grammar rule.

Called by the parser once per file. Depth is limited here, so that later stages may recurse.
"""

from __future__ import annotations

from typing import Any, cast

from lark import Token, Tree

from ...ir.diagnostic import Diagnostic, Label
from ...ir.span import Source, Span
from . import nodes as s
from .limits import MAX_NESTING
from .literals import BadEscape, Piece, values_of

Parsed = Tree[Token]

_BINARY = {
    "PLUS": "add", "MINUS": "sub", "STAR": "mul", "SLASH": "div", "FLOORDIV": "floordiv",
    "PERCENT": "mod", "POW": "pow", "ADD_ASSIGN": "add", "SUB_ASSIGN": "sub",
    "MUL_ASSIGN": "mul", "DIV_ASSIGN": "div",
}  # fmt: skip
_CONSTANTS = {"TRUE": True, "FALSE": False, "NONE": None}


class TooDeep(Exception):
    """An expression or a chain of blocks past the limit."""


class TreeBuilder:
    """Builds the tree of one source; collects what is wrong inside literals."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self.depth = 0

    def items(self, start: Parsed) -> tuple[s.Item, ...]:
        """The declarations of a file."""
        first = start.children[0] if start.children else None
        if first is None:
            return ()
        return tuple(cast(s.Item, self.guarded(item)) for item in _flatten(cast(Parsed, first)))

    def guarded(self, tree: Parsed) -> s.Node:
        """A node, or a broken line where it nests too deep."""
        depth = self.depth
        try:
            return self.node(tree)
        except TooDeep:
            self.depth = depth
            span = self.span(tree)
            label = Label(Span(self.source, span.start, min(span.end, span.start + 60)))
            headline = f"this nests deeper than {MAX_NESTING} levels"
            helps = ("bind the inner part to a name first",)
            self.diagnostics.append(Diagnostic("SGL0021", headline, (label,), helps))
            return s.Broken((), (), span=span)

    def node(self, tree: Any) -> Any:
        """The node of any rule: `rule_name` by its name."""
        self.depth += 1
        if self.depth > 3 * MAX_NESTING:
            raise TooDeep
        result = getattr(self, "rule_" + tree.data.rstrip("_"))(tree, *tree.children)
        self.depth -= 1
        return result

    def maybe(self, tree: Any) -> Any:
        """The node of an optional child."""
        return None if tree is None else self.node(tree)

    def nodes(self, trees: Any) -> tuple[Any, ...]:
        """The nodes of the children that are there."""
        return tuple(self.node(tree) for tree in trees if isinstance(tree, Tree))

    def span(self, tree: Any) -> Span:
        """Where a tree or a token stands."""
        if isinstance(tree, Token):
            return Span(self.source, tree.start_pos or 0, tree.end_pos or 0)
        meta = tree.meta
        return Span(self.source, meta.start_pos, meta.end_pos)

    def ident(self, token: Any) -> Any:
        """A name; None stays None."""
        return None if token is None else s.Ident(str(token), span=self.span(token))

    # --- declarations -----------------------------------------------------------------------------

    def rule_doc(self, tree: Parsed, text: Any) -> s.Doc:
        node = self.node(text)
        value = node.value if isinstance(node, s.Literal) else text_of(node)
        return s.Doc(str(value), span=node.span)

    def rule_import_decl(self, tree: Parsed, _: Any, path: Any, _as: Any, name: Any) -> s.Import:
        return s.Import(self.node(path), self.ident(name), span=self.span(tree))

    def rule_template_decl(self, tree: Parsed, _: Any, name: Any, value: Any) -> s.TemplateDecl:
        return s.TemplateDecl(self.ident(name), self.node(value), span=self.span(tree))

    def rule_text_decl(self, tree: Parsed, _: Any, name: Any, value: Any) -> s.TextDecl:
        return s.TextDecl(self.ident(name), self.node(value), span=self.span(tree))

    def rule_type_decl(self, tree: Parsed, _: Any, name: Any, kind: Any) -> s.TypeDecl:
        return s.TypeDecl(self.ident(name), self.node(kind), span=self.span(tree))

    def rule_prompt_decl(
        self, tree: Parsed, _: Any, name: Any, params: Any, block: Any
    ) -> s.PromptDecl:
        parts = (self.ident(name), self.node(params), self.body(block))
        return s.PromptDecl(*parts, span=self.span(tree))

    def rule_extern_decl(
        self, tree: Parsed, _: Any, promise: Any, _def: Any, name: Any, params: Any, result: Any
    ) -> s.ExternDecl:
        parts = (self.ident(name), self.node(params), self.maybe(result), promise or "")
        return s.ExternDecl(*parts, span=self.span(tree))

    def rule_program_decl(
        self, tree: Parsed, _: Any, name: Any, params: Any, result: Any, block: Any
    ) -> s.ProgramDecl:
        parts = (self.ident(name), self.node(params), self.maybe(result), self.body(block))
        return s.ProgramDecl(*parts, span=self.span(tree))

    def rule_test_decl(self, tree: Parsed, _: Any, name: Any, block: Any) -> s.TestDecl:
        return s.TestDecl(self.node(name), self.body(block), span=self.span(tree))

    def rule_params(self, tree: Parsed, *params: Any) -> tuple[s.Param, ...]:
        return self.nodes(params)

    def rule_param(
        self, tree: Parsed, name: Any, kind: Any, lifetime: Any, default: Any
    ) -> s.Param:
        parts = (self.ident(name), self.maybe(kind), self.ident(lifetime), self.maybe(default))
        return s.Param(*parts, span=self.span(tree))

    def rule_broken(
        self, tree: Parsed, token: Token, stmts: Any = None, otherwise: Any = None
    ) -> s.Broken:
        body = self.statements(stmts) if stmts is not None else ()
        clauses, orelse = self.otherwise(otherwise)
        for _, more in clauses:
            body += more
        names = tuple(self.ident(name) for name in getattr(token, "names", ()))
        return s.Broken(names, body + (orelse or ()), span=self.span(token))

    # --- types ------------------------------------------------------------------------------------

    def rule_type_name(self, tree: Parsed, first: Any, second: Any = None) -> s.NamedType:
        module = None if second is None else self.ident(first)
        name = self.ident(first if second is None else second)
        return s.NamedType(module, name, span=self.span(tree))

    def rule_applied_type(self, tree: Parsed, name: Any, item: Any) -> s.AppliedType:
        return s.AppliedType(self.ident(name), self.node(item), span=self.span(tree))

    def rule_record_type(self, tree: Parsed, *fields: Any) -> s.RecordTypeNode:
        return s.RecordTypeNode(self.nodes(fields), span=self.span(tree))

    def rule_field_type(self, tree: Parsed, name: Any, kind: Any) -> tuple[s.Ident, s.TypeNode]:
        return self.ident(name), self.node(kind)

    def rule_union_type(self, tree: Parsed, *literals: Any) -> s.UnionTypeNode:
        return s.UnionTypeNode(self.nodes(literals), span=self.span(tree))

    def rule_optional_type(self, tree: Parsed, item: Any) -> s.OptionalTypeNode:
        return s.OptionalTypeNode(self.node(item), span=self.span(tree))

    def rule_literal_type(self, tree: Parsed, first: Any, second: Any = None) -> s.Literal:
        if isinstance(first, Tree):
            node = self.node(first)
            value = node.value if isinstance(node, s.Literal) else text_of(node)
            return s.Literal(value, span=self.span(tree))
        token = second if second is not None else first
        value = _CONSTANTS[token.type] if token.type in _CONSTANTS else number(token)
        if first is not None and first.type == "MINUS":
            value = -cast(float, value)
        return s.Literal(value, span=self.span(tree))

    # --- statements -------------------------------------------------------------------------------

    def body(self, block: Parsed) -> s.Body:
        """The statements of a block."""
        inner = cast(Parsed, block.children[0])
        return self.statements(inner) if inner.data == "stmts" else (self.node(inner),)

    def statements(self, stmts: Parsed) -> s.Body:
        """The statements of a left-recursive list."""
        self.depth += 1
        body = tuple(cast(s.Stmt, self.guarded(stmt)) for stmt in _flatten(stmts))
        self.depth -= 1
        return body

    def rule_append(self, tree: Parsed, value: Any) -> s.Append:
        return s.Append(self.node(value), span=self.span(tree))

    def rule_assign(
        self, tree: Parsed, target: Any, kind: Any, value: Any, _as: Any, samples: Any
    ) -> s.Assign:
        parts = (self.ident(target), self.maybe(kind), self.node(value), self.ident(samples))
        return s.Assign(*parts, span=self.span(tree))

    def rule_augment(self, tree: Parsed, target: Any, op: Any, value: Any) -> s.Assign:
        span = self.span(tree)
        left = s.Name(str(target), span=self.span(target))
        kind = _BINARY[op.children[0].type]
        total = s.Binary(kind, left, self.node(value), span=span)  # pyright: ignore[reportArgumentType]
        return s.Assign(self.ident(target), None, total, None, span=span)

    def rule_use(self, tree: Parsed, _: Any, path: Any, arguments: Any) -> s.Use:
        return s.Use(self.node(path), self.node(arguments), span=self.span(tree))

    def rule_path(self, tree: Parsed, *names: Any) -> tuple[s.Ident, ...]:
        return tuple(self.ident(name) for name in names)

    def rule_resume(self, tree: Parsed, _: Any, prompt: Any) -> s.Resume:
        return s.Resume(self.node(prompt), span=self.span(tree))

    def rule_return(self, tree: Parsed, _: Any, value: Any) -> s.Return:
        return s.Return(self.maybe(value), span=self.span(tree))

    def rule_pass(self, tree: Parsed, _: Any) -> s.Pass:
        return s.Pass(span=self.span(tree))

    def rule_break(self, tree: Parsed, _: Any) -> s.Break:
        return s.Break(span=self.span(tree))

    def rule_continue(self, tree: Parsed, _: Any) -> s.Continue:
        return s.Continue(span=self.span(tree))

    def rule_mock(self, tree: Parsed, _: Any, path: Any, params: Any, value: Any) -> s.Mock:
        names = None if params is None else self.node(params)
        return s.Mock(self.node(path), names, self.node(value), span=self.span(tree))

    def rule_mock_params(self, tree: Parsed, *names: Any) -> tuple[s.Ident, ...]:
        return tuple(self.ident(name) for name in names if name is not None)

    def rule_expect(self, tree: Parsed, _: Any, value: Any) -> s.Expect:
        return s.Expect(self.node(value), span=self.span(tree))

    def head(self, tree: Parsed, last: Any) -> Span:
        """The span of the line that opens a block, up to its last part."""
        return self.span(tree.children[0]).to(self.span(last))

    def rule_turn(self, tree: Parsed, role: Any, arguments: Any, block: Any) -> s.Turn:
        args = () if arguments is None else self.node(arguments)
        head = self.head(tree, arguments or role)
        return s.Turn(str(role), args, self.body(block), head, span=self.span(tree))  # pyright: ignore[reportArgumentType]

    def rule_if(self, tree: Parsed, _: Any, condition: Any, block: Any, rest: Any) -> s.If:
        first = (self.node(condition), self.body(block))
        clauses, orelse = self.otherwise(rest)
        head = self.head(tree, condition)
        return s.If((first, *clauses), orelse, head, span=self.span(tree))

    def otherwise(self, rest: Any) -> tuple[tuple[tuple[s.Expr, s.Body], ...], s.Body | None]:
        """The `elif` clauses and the `else` of a chain."""
        clauses: list[tuple[s.Expr, s.Body]] = []
        while rest is not None and rest.data == "elif_":
            _, condition, block, following = rest.children
            clauses.append((self.node(condition), self.body(block)))
            rest = following
            if len(clauses) > MAX_NESTING:
                raise TooDeep
        return tuple(clauses), None if rest is None else self.body(rest.children[1])

    def rule_for(self, tree: Parsed, *parts: Any) -> s.For:
        _, targets, _, unordered, items, _, key, block = parts
        head = self.head(tree, key or items)
        inner = (self.node(items), unordered is not None, self.maybe(key), self.body(block), head)
        return s.For(self.node(targets), *inner, span=self.span(tree))

    def rule_targets(self, tree: Parsed, *names: Any) -> tuple[s.Ident, ...]:
        return tuple(self.ident(name) for name in names)

    def rule_while(self, tree: Parsed, *parts: Any) -> s.While:
        _, condition, _, limit, block = parts
        head = self.head(tree, limit or condition)
        inner = (self.node(condition), self.maybe(limit), self.body(block), head)
        return s.While(*inner, span=self.span(tree))

    def rule_fork_count(self, tree: Parsed, *parts: Any) -> s.Fork:
        _, count, _, arms, block = parts
        head = self.head(tree, arms or count)
        inner = (self.node(count), self.ident(arms), self.body(block), head)
        return s.Fork((), *inner, span=self.span(tree))

    def rule_fork_items(self, tree: Parsed, *parts: Any) -> s.Fork:
        _, targets, _, items, _, arms, block = parts
        head = self.head(tree, arms or items)
        inner = (self.node(items), self.ident(arms), self.body(block), head)
        return s.Fork(self.node(targets), *inner, span=self.span(tree))

    def rule_parallel(self, tree: Parsed, word: Any, _as: Any, arms: Any, block: Any) -> s.Parallel:
        head = self.head(tree, arms or word)
        return s.Parallel(self.ident(arms), self.body(block), head, span=self.span(tree))

    def rule_arm(self, tree: Parsed, word: Any, block: Any) -> s.Arm:
        return s.Arm(self.body(block), self.span(word), span=self.span(tree))

    def rule_unordered(self, tree: Parsed, word: Any, block: Any) -> s.Unordered:
        return s.Unordered(self.body(block), self.span(word), span=self.span(tree))

    def rule_section(self, tree: Parsed, word: Any, block: Any) -> s.Section:
        return s.Section(self.body(block), self.span(word), span=self.span(tree))

    # --- expressions ------------------------------------------------------------------------------

    def rule_conditional(self, tree: Parsed, then: Any, _if: Any, condition: Any, _else: Any,
                         orelse: Any) -> s.Conditional:  # fmt: skip
        parts = (self.node(then), self.node(condition), self.node(orelse))
        return s.Conditional(*parts, span=self.span(tree))

    def rule_logic(self, tree: Parsed, left: Any, op: Any, right: Any) -> s.Logic:
        return s.Logic(str(op), self.node(left), self.node(right), span=self.span(tree))  # pyright: ignore[reportArgumentType]

    def rule_unary(self, tree: Parsed, op: Any, value: Any) -> s.Node:
        operand = self.node(value)
        if op.type == "NOT":
            return s.Unary("not", operand, span=self.span(tree))
        number = operand.value if isinstance(operand, s.Literal) else None
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            return s.Literal(-number, span=self.span(tree))
        return s.Unary("neg", operand, span=self.span(tree))

    def rule_compare(self, tree: Parsed, left: Any, op: Any, right: Any) -> s.Comparison:
        tokens = [token.type for token in op.children]
        kind = "not in" if len(tokens) == 2 else tokens[0].lower()
        parts = (kind, self.node(left), self.node(right))
        return s.Comparison(*parts, span=self.span(tree))  # pyright: ignore[reportArgumentType]

    def rule_binary(self, tree: Parsed, left: Any, op: Any, right: Any) -> s.Binary:
        parts = (_BINARY[op.type], self.node(left), self.node(right))
        return s.Binary(*parts, span=self.span(tree))  # pyright: ignore[reportArgumentType]

    def rule_call(self, tree: Parsed, callee: Any, arguments: Any) -> s.Call:
        return s.Call(self.node(callee), self.node(arguments), span=self.span(tree))

    def rule_arguments(self, tree: Parsed, *args: Any) -> tuple[s.Argument, ...]:
        return self.nodes(args)

    def rule_argument(self, tree: Parsed, name: Any, value: Any) -> s.Argument:
        return s.Argument(self.ident(name), self.node(value), span=self.span(tree))

    def rule_subscript(self, tree: Parsed, items: Any, index: Any) -> s.Subscript:
        return s.Subscript(self.node(items), self.node(index), span=self.span(tree))

    def rule_slice(self, tree: Parsed, items: Any, bounds: Any) -> s.Slice:
        first, last = bounds.children
        parts = (self.node(items), self.maybe(first), self.maybe(last))
        return s.Slice(*parts, span=self.span(tree))

    def rule_field(self, tree: Parsed, value: Any, name: Any) -> s.Field:
        return s.Field(self.node(value), self.ident(name), span=self.span(tree))

    def rule_name(self, tree: Parsed, name: Any) -> s.Name:
        return s.Name(str(name), span=self.span(tree))

    def rule_number(self, tree: Parsed, token: Any) -> s.Literal:
        return s.Literal(number(token), span=self.span(tree))

    def rule_constant(self, tree: Parsed, token: Any) -> s.Literal:
        return s.Literal(_CONSTANTS[token.type], span=self.span(tree))

    def rule_list(self, tree: Parsed, *items: Any) -> s.ListExpr:
        return s.ListExpr(self.nodes(items), span=self.span(tree))

    def rule_comprehension(self, tree: Parsed, *parts: Any) -> s.Comprehension:
        value, _, targets, _, items, _, condition = parts
        inner = (self.node(value), self.node(targets), self.node(items), self.maybe(condition))
        return s.Comprehension(*inner, span=self.span(tree))

    def rule_record(self, tree: Parsed, *entries: Any) -> s.RecordExpr:
        return s.RecordExpr(self.nodes(entries), span=self.span(tree))

    def rule_entry(self, tree: Parsed, name: Any, value: Any) -> tuple[s.Ident, s.Expr]:
        if value is not None:
            return self.ident(name), self.node(value)
        return self.ident(name), s.Name(str(name), span=self.span(name))

    # --- text -------------------------------------------------------------------------------------

    def rule_string(self, tree: Parsed, token: Any) -> s.Literal:
        raw = str(token)
        prefix = 1 if raw[0] in "rR" else 0
        width = 3 if raw.startswith(('"""', "'''"), prefix) else 1
        inner = raw[prefix + width : -width]
        piece = Piece(inner, (token.start_pos or 0) + prefix + width)
        value = self.literals([piece], triple=width == 3, raw=bool(prefix))[0]
        return s.Literal(cast(str, value), span=self.span(tree))

    def rule_text(self, tree: Parsed, *parts: Any) -> s.Text:
        width = tree.meta.start_pos
        pieces = [
            Piece(str(part), part.start_pos or 0) if isinstance(part, Token) else None
            for part in parts
        ]
        quote = self.source.text[width : width + 3]
        literal = iter(self.literals(pieces, triple=quote in ('"""', "'''"), raw=False))
        holes = [self.node(part) if isinstance(part, Tree) else None for part in parts]
        values = tuple(hole or next(literal) for hole in holes)
        return s.Text(tuple(v for v in values if v != ""), span=self.span(tree))

    def rule_hole(self, tree: Parsed, value: Any, spec: Any) -> s.Expr:
        node = self.node(value)
        if spec is None:
            return node
        place = Span(self.source, spec.start_pos + 1, spec.end_pos)
        span = Span(self.source, node.span.start, place.end)
        return s.Formatted(node, s.Ident(str(spec)[1:], span=place), span=span)

    def literals(self, pieces: list[Piece | None], *, triple: bool, raw: bool) -> list[str]:
        """The values of the literal pieces of one text; escapes that are none are reported."""
        values, bad = values_of(pieces, triple=triple, raw=raw)
        self.diagnostics += [_unknown_escape(self.source, escape) for escape in bad]
        return values


def _unknown_escape(source: Source, bad: BadEscape) -> Diagnostic:
    span = Span(source, bad.start, bad.end)
    helps = (f'write `\\{bad.text}` for a backslash, or mark the text raw: `r"..."`',)
    return Diagnostic("SGL0004", f"unknown escape `{bad.text}`", (Label(span),), helps)


def number(token: Token) -> int | float:
    """The value of a number token."""
    digits = token.replace("_", "")
    return int(digits) if digits.isdigit() else float(digits)


def text_of(node: s.Text) -> str:
    """A text with holes as it is written, where only a plain one has a meaning."""
    return "".join(p if isinstance(p, str) else "{" + p.span.text + "}" for p in node.parts)


def _flatten(tree: Parsed) -> list[Parsed]:
    """The elements of a left-recursive list, in order."""
    found: list[Parsed] = []
    while len(tree.children) == 2:
        found.append(cast(Parsed, tree.children[1]))
        tree = cast(Parsed, tree.children[0])
    found.append(cast(Parsed, tree.children[0]))
    return found[::-1]
