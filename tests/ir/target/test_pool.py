"""A stranger's template costs a bounded time and a bounded memory, at every door at which one is rendered."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sglc.ir.target import ChatTemplate, TemplateError
from sglc.ir.target.child import Case, ChildError, TemplateChild
from sglc.ir.target.pool import STRIKES, TemplatePool

SECONDS, MEGABYTES = 1.0, 512
GREEDY = {
    "a clock switched off": "{% set __tick__ = namespace %}{% set tick = namespace %}LOOPS",
    "loops": "LOOPS",
    "a loop in a filter block": "{% filter upper %}LOOPS{% endfilter %}",
    "one product": "{{ 'a' * 10**9 }}",
    "text doubled with ~": "{% set n = namespace(a='aaaaaaaaaa') %}DOUBLE~",
    "text doubled with +": "{% set n = namespace(a='aaaaaaaaaa') %}DOUBLE+",
    "a list doubled": "{% set n = namespace(a=[1]*1000000) %}DOUBLE+",
    "replace": "{% set a='a'*10000 %}{{ a|replace('a',a)|replace('a','a'*100)|length }}",
    "join": "{{ (['a'*1000000]*5000)|join|length }}",
    "center": "{{ 'a'|center(3000000000)|length }}",
    "ljust": "{{ 'a'.ljust(3000000000)|length }}",
    "a width in %": "{{ '%3000000000d' % 5 }}",
    "a width in format": "{{ '{:3000000000}'.format(5) }}",
    "indent": "{{ ('a\\n'*1000000)|indent(3000)|length }}",
    "batch": "{{ [1]|batch(500000000,1)|list|length }}",
    "slice": "{{ [1]|slice(500000000)|list|length }}",
    "a power": "{{ 9**9**9 }}",
    "a square again and again": "{% set n = namespace(a=9**60) %}{% for i in range(60) %}"
    "{% set n.a = n.a*n.a %}{% endfor %}{{ n.a }}",
    "a macro that calls itself": "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "a macro that calls itself twice": "{% macro m(n) %}{% if n>0 %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}"
    "{% endmacro %}{{ m(60) }}",
    "deep parentheses": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "JSON with an indent": "{{ [1,2]|tojson(indent=2000000000)|length }}",
    "a format of time": "{{ strftime_now('%c'*30000000)|length }}",
    "links": "{{ ('http://a.b '*2000000)|urlize|length }}",
    "a range": "{{ range(10**12)|list|length }}",
    "lorem ipsum": "{{ lipsum(n=200000)|length }}",
}
LOOPS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
DOUBLE = "{% for i in range(40) %}{% set n.a = n.a OP n.a %}{% endfor %}x"


@pytest.fixture(scope="module")
def child():
    with TemplateChild(seconds=SECONDS, megabytes=MEGABYTES) as child:
        yield child


@pytest.mark.parametrize("case", GREEDY)
def test_a_greedy_template_is_refused_or_ended(case: str, child: TemplateChild) -> None:
    source = GREEDY[case].replace("LOOPS", LOOPS)
    head, doubled, operator = source.partition("DOUBLE")
    source = head + DOUBLE.replace("OP", operator) if doubled else source
    before = _peak()
    with contextlib.suppress(ChildError):
        (outcome,) = child.render(source, [Case({"messages": []})])
        assert outcome.error or len(outcome.text or "") < 1000
    assert _peak() - before < 20, "the memory is the child's, never ours"
    (after,) = child.render("{{ 1 + 1 }}", [Case({})])
    assert after.text == "2"


def _peak() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def test_the_template_of_a_model_folder_runs_in_the_child(tmp_path: Path) -> None:
    """A template that could tell in which process it runs: by what it leaves in the sandbox."""
    (tmp_path / "chat_template.jinja").write_text("{{ 'a' * 60000000 ~ 'b' * 60000000 }}")
    template = ChatTemplate.from_folder(tmp_path)
    assert template is not None
    before = _peak()
    with pytest.raises(TemplateError):
        template.render([])
    assert _peak() - before < 20
    assert "_compiled" not in template.__dict__


def test_a_template_that_keeps_ending_its_child_is_not_tried_any_more() -> None:
    pool = TemplatePool(1)
    pool._idle[0].seconds = 0.3
    for _ in range(STRIKES):
        with pytest.raises(TemplateError, match=r"within 0\.3 s|ended the process"):
            pool.render(LOOPS, "2026-01-01", {})
    with pytest.raises(TemplateError, match="before"):
        pool.render(LOOPS, "2026-01-01", {})
    assert pool.render("{{ 1 }}", "2026-01-01", {}) == "1"
    pool.close()


def test_many_threads_get_their_own_texts() -> None:
    pool, found = TemplatePool(2), dict[int, str]()

    def render(number: int) -> None:
        for _ in range(20):
            found[number] = pool.render("{{ n }}", "2026-01-01", {"n": number})
            assert found[number] == str(number)

    threads = [threading.Thread(target=render, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: str(n) for n in range(8)}
    pool.close()


def test_a_forked_process_renders_for_itself() -> None:
    template = ChatTemplate("{{ messages[0].content }}")
    assert template.render([{"content": "before"}]) == "before"
    pid = os.fork()
    if pid == 0:
        is_right = template.render([{"content": "child"}]) == "child"
        os._exit(0 if is_right else 1)
    assert template.render([{"content": "parent"}]) == "parent"
    assert os.waitpid(pid, 0)[1] == 0


def test_children_end_with_their_parent() -> None:
    """Also with one that is killed, and that has limits of its own."""
    code = (
        "import os, resource, signal\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (50, 60))\n"
        "from sglc.ir.target.pool import POOL\n"
        "POOL.render('{{ 1 }}', '2026-01-01', {})\n"
        "print(POOL._idle[-1]._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[3] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert _is_gone(int(done.stdout), seconds=5.0)


def _is_gone(pid: int, seconds: float) -> bool:
    for _ in range(int(seconds * 20)):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        threading.Event().wait(0.05)
    return False


def test_no_other_door_renders_a_template() -> None:
    """Whoever renders goes through `ChatTemplate.render` or a child: the sandbox itself is used by nobody else."""
    root = Path(__file__).parents[3]
    rooms = ("compiler", "ir", "lang", "passes", "runtime")
    files = [file for room in rooms for file in (root / room).rglob("*.py")]
    used = {
        file.name
        for file in files
        if re.search(
            r"\b(run_template|compile_template|apply_chat_template\()", file.read_text("utf-8")
        )
    }
    assert used == {"renderer.py", "sandbox.py", "template.py"}
