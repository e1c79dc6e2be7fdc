"""The functions of other packages and builtins that are known, by name."""

from __future__ import annotations

import ast

from ..clients import CLIENTS, client_call
from ..elements import element_of
from ..json_text import dumped, loaded
from ..queries import selected
from ..values import DictV, Opaque
from .applying import (
    GETTERS,
    accumulate_call,
    element_call,
    getter_call,
    iter_call,
    operator_call,
    pushed,
    reduce_call,
    starmap_call,
    taken_out,
    thread_call,
)
from .combined import cycle_call, enumerate_call, one_of_each, repeat_call, zip_call
from .containers import (
    best_call,
    chain_map,
    chained,
    deep_copy,
    deque_call,
    dict_call,
    from_keys,
    len_call,
    list_call,
    set_call,
    shallow_copy,
    sorted_call,
)
from .digests import DIGESTS, digest_call
from .iterables import (
    counter,
    filter_call,
    islice_call,
    map_call,
    next_call,
    reversed_call,
)
from .prompty import executed, opened, prepared
from .reflected import evaluated, module_call, names_call, partial_method, property_call
from .single import (
    buffer,
    cell,
    dedent_call,
    environment,
    fields_call,
    from_timestamp,
    generator,
    getattr_call,
    number_call,
    open_call,
    partial_call,
    path_call,
    pattern_call,
    placed_call,
    printed,
    queue,
    rendered_file,
    rendered_messages,
    same,
    setattr_call,
    slice_call,
    str_call,
    template_call,
    weak_call,
)
from .tasks import gathered, run_elsewhere, trimmed

BUILTINS = {
    "len": len_call,
    "sorted": sorted_call,
    "natsort.natsorted": sorted_call,
    "heapq.nlargest": best_call,
    "heapq.nsmallest": best_call,
    "list": list_call,
    "tuple": list_call,
    "iter": iter_call,
    "reversed": reversed_call,
    "set": set_call,
    "frozenset": set_call,
    "dict": dict_call,
    "collections.OrderedDict": dict_call,
    "collections.UserDict": dict_call,
    "collections.ChainMap": chain_map,
    "collections.defaultdict": lambda call: DictV(
        loops=call.loops, factory=call.args[0] if call.args else None
    ),
    "collections.Counter": from_keys,
    "collections.deque": deque_call,
    "dict.fromkeys": from_keys,
    "str": str_call,
    "repr": str_call,
    "format": str_call,
    "re.sub": pattern_call,
    "regex.sub": pattern_call,
    "textwrap.dedent": dedent_call,
    "inspect.cleandoc": dedent_call,
    "textwrap.indent": dedent_call,
    "int": number_call,
    "float": number_call,
    **dict.fromkeys(("math.floor", "math.ceil", "math.trunc"), number_call),
    "slice": slice_call,
    "enumerate": enumerate_call,
    "zip": zip_call,
    "map": map_call,
    "filter": filter_call,
    "next": next_call,
    **dict.fromkeys(("itertools.zip_longest", "itertools.product"), one_of_each),
    "itertools.cycle": cycle_call,
    "itertools.repeat": repeat_call,
    "getattr": getattr_call,
    "setattr": setattr_call,
    "vars": fields_call,
    "dataclasses.asdict": fields_call,
    "attrs.asdict": fields_call,
    "attr.asdict": fields_call,
    "functools.partial": partial_call,
    "functools.partialmethod": partial_method,
    "functools.reduce": reduce_call,
    "itertools.accumulate": accumulate_call,
    "itertools.starmap": starmap_call,
    **dict.fromkeys(
        ("threading.Thread", "threading.Timer", "multiprocessing.Process"), thread_call
    ),
    **{f"operator.{kind}": getter_call(kind) for kind in GETTERS},
    **{f"<{kind}>": taken_out(kind) for kind in GETTERS},
    "operator.add": operator_call(ast.Add()),
    "operator.concat": operator_call(ast.Add()),
    "operator.mod": operator_call(ast.Mod()),
    **dict.fromkeys(
        ("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right"), pushed
    ),
    **dict.fromkeys(("heapq.heappop", "heapq.heappushpop"), element_call),
    "property": property_call("property"),
    "functools.cached_property": property_call("cached_property"),
    "staticmethod": property_call("staticmethod"),
    "locals": names_call,
    "globals": names_call,
    "eval": evaluated,
    "importlib.import_module": module_call,
    "__import__": module_call,
    "copy.deepcopy": deep_copy,
    "copy.copy": shallow_copy,
    "itertools.islice": islice_call,
    "itertools.chain": chained,
    "itertools.chain.from_iterable": lambda call: (
        element_of(call.args[0]) if call.args else Opaque()
    ),
    "itertools.count": counter,
    **dict.fromkeys(DIGESTS, digest_call),
    "json.dumps": dumped,
    "orjson.dumps": dumped,
    "ujson.dumps": dumped,
    "simplejson.dumps": dumped,
    "json.loads": loaded,
    "orjson.loads": loaded,
    "ujson.loads": loaded,
    "simplejson.loads": loaded,
    "json_repair.loads": loaded,
    "ast.literal_eval": loaded,
    "os.getenv": environment,
    "os.environ.get": environment,
    "contextvars.ContextVar": cell,
    **dict.fromkeys(
        ("asyncio.Queue", "queue.Queue", "queue.SimpleQueue", "multiprocessing.Queue"), queue
    ),
    "io.StringIO": buffer,
    "io.BytesIO": buffer,
    "print": printed,
    "open": open_call,
    "io.open": open_call,
    "pathlib.Path": path_call,
    "os.path.join": path_call,
    "os.path.abspath": placed_call,
    "os.path.realpath": placed_call,
    "os.path.expanduser": placed_call,
    "os.path.basename": path_call,
    "string.Template": template_call,
    "jinja2.Template": template_call,
    **dict.fromkeys(
        (
            "sqlalchemy.select",
            "sqlalchemy.future.select",
            "sqlalchemy.sql.select",
            "sqlalchemy.sql.expression.select",
            "sqlmodel.select",
        ),
        selected,
    ),
    "sqlalchemy.text": template_call,
    "sqlalchemy.sql.text": template_call,
    "psycopg.sql.SQL": template_call,
    "render_template": rendered_file,
    "flask.render_template": rendered_file,
    "django.template.loader.render_to_string": rendered_file,
    "poml.poml": rendered_messages,
    "prompty.load": opened,
    "prompty.load_async": opened,
    "prompty.prepare": prepared,
    "prompty.execute": executed,
    "prompty.execute_async": executed,
    "tokentrim.trim": trimmed,
    **dict.fromkeys(
        ("random.Random", "random.SystemRandom", "secrets.SystemRandom"), generator("random")
    ),
    **dict.fromkeys(
        ("numpy.random.default_rng", "numpy.random.RandomState"), generator("numpy.random")
    ),
    "asyncio.gather": gathered,
    "asyncio.to_thread": run_elsewhere,
    "asyncio.run": same,
    "weakref.ref": weak_call,
    "weakref.proxy": same,
    "types.MappingProxyType": same,
    "asyncio.create_task": same,
    "asyncio.ensure_future": same,
    "asyncio.wait_for": same,
    "asyncio.shield": same,
    "datetime.datetime.fromtimestamp": from_timestamp,
    "datetime.datetime.utcfromtimestamp": from_timestamp,
    "datetime.date.fromtimestamp": from_timestamp,
    "typing.cast": lambda call: call.args[1] if len(call.args) > 1 else Opaque(),
    "tuple.__new__": list_call,
}


ITERATE = frozenset(
    "sorted list tuple set frozenset dict iter reversed enumerate zip map filter next collections.deque "
    "itertools.chain itertools.islice functools.reduce".split()
)
"""Functions that go through their arguments."""


FRAMEWORK = {
    "RunnableLambda": same,
    **dict.fromkeys(CLIENTS, client_call),
    "deepcopy": deep_copy,
}
