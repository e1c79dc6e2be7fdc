"""Reading files: the sources that a program imports, and the texts that it reads at compile time.

Nothing outside the folder of the file that is compiled can be read.
"""

from __future__ import annotations

from pathlib import Path

from ...ir.diagnostic import has_errors
from ...ir.span import Source, Span
from ..syntax import nodes as s
from ..syntax.limits import MAX_IMPORT_DEPTH, MAX_TEXT_CHARS
from ..syntax.parser import parse
from .report import Reporter
from .suggest import closest
from .symbols import FileScope


def read_source(path: Path) -> Source:
    """The source at a path. Raises OSError, UnicodeDecodeError."""
    return Source(str(path), path.read_bytes().decode("utf-8"))


class Loader:
    """Loads the files of one compilation, each once. `root`: the folder that bounds all reading."""

    def __init__(self, root: Path, reporter: Reporter) -> None:
        self.root, self.reporter = root, reporter
        self.files: dict[Path, FileScope] = {}
        self.read: list[Path] = []  # every file, texts among them
        self._loading: list[Path] = []
        self.broken = False

    def add(self, source: Source, path: Path | None, prefix: str = "") -> FileScope:
        """Parse a source and load what it imports."""
        parsed = parse(source)
        self.reporter.diagnostics.extend(parsed.diagnostics)
        self.broken = self.broken or has_errors(parsed.diagnostics)
        file = FileScope(parsed.tree, path, prefix)
        if path is not None:
            self.read.append(path)
            self.files[path.resolve()] = file
            self._loading.append(path.resolve())
        for item in parsed.tree.items:
            if isinstance(item, s.Import):
                file.imports[item.name.text] = self._import(item, file)
        if path is not None:
            self._loading.pop()
        return file

    def _import(self, node: s.Import, file: FileScope) -> FileScope | None:
        """The file that an import names; None after a report."""
        if not isinstance(node.path, s.Literal):
            self.reporter.report("SGL0214", node.path.span, "the path of an import is a plain text",
                                 help="leave the braces out")  # fmt: skip
            return None
        path = self._resolve(str(node.path.value), node.path.span, file)
        if path is None:
            return None
        known = path.resolve()
        if known in self._loading:
            self._report_cycle(node, known)
            return None
        if known in self.files:
            return self.files[known]
        if len(self._loading) >= MAX_IMPORT_DEPTH:
            self.reporter.report(
                "SGL0023", node.span, f"imports nest deeper than {MAX_IMPORT_DEPTH}",
                help="import what is needed directly",
            )  # fmt: skip
            return None
        try:
            source = read_source(path)
        except (OSError, UnicodeDecodeError) as error:
            self._unreadable(node.path.span, str(node.path.value), error)
            return None
        prefix = f"{file.prefix}{node.name.text}."
        return self.add(source, path, prefix)

    def _report_cycle(self, node: s.Import, known: Path) -> None:
        start = self._loading.index(known)
        names = [path.name for path in [*self._loading[start:], known]]
        self.reporter.report(
            "SGL0027", node.span, "files import each other", " -> ".join(names),
            help="move what both need to a third file",
        )  # fmt: skip

    def read_text(self, name: str, span: Span, file: FileScope) -> str | None:
        """The text of a file, with LF line ends; None after a report."""
        path = self._resolve(name, span, file)
        if path is None:
            return None
        try:
            if path.stat().st_size > 4 * MAX_TEXT_CHARS:
                raise OverflowError
            self.read.append(path)
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._unreadable(span, name, error)
            return None
        except OverflowError:
            text = " " * (MAX_TEXT_CHARS + 1)
        if len(text) > MAX_TEXT_CHARS:
            self.reporter.report(
                "SGL0022", span, f"`{name}` has more than {MAX_TEXT_CHARS} characters",
                help="hand it over as a parameter",
            )  # fmt: skip
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _resolve(self, name: str, span: Span, file: FileScope) -> Path | None:
        """The path that a name stands for, if it is inside the root."""
        inside = False
        path = file.folder / name
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError, RuntimeError):
            name = name.replace("\0", "\\0")
        if not inside or Path(name).is_absolute():
            self.reporter.report(
                "SGL0026", span, f"`{name[:100]}` is outside of the program's folder",
                help=f"files are read from `{self.root or '.'}` and the folders in it",
            )  # fmt: skip
            return None
        return path

    def _unreadable(self, span: Span, name: str, error: OSError | UnicodeDecodeError) -> None:
        """Report a file that can't be read."""
        if isinstance(error, UnicodeDecodeError):
            self.reporter.report("SGL0028", span, f"`{name}` is not UTF-8 text",
                                 f"byte {error.start} is not valid", help="save it as UTF-8")  # fmt: skip
            return
        near = None
        folder = Path(span.source.name).parent / Path(name).parent
        if folder.is_dir():
            near = closest(Path(name).name, [path.name for path in folder.iterdir()])
        if isinstance(error, FileNotFoundError):
            help = (
                f"there is a file `{near}`"
                if near
                else "the path starts from the folder of this file"
            )
            self.reporter.report("SGL0025", span, f"no file `{name}`", help=help)
        else:
            reason = (error.strerror or "it can't be opened").lower()
            self.reporter.report("SGL0025", span, f"`{name}` can't be read: {reason}",
                                 help="the path names a text file")  # fmt: skip
