"""What gives things in no fixed order, in the order in which they end, or starts them side by side, as data."""

from __future__ import annotations

UNORDERED_CALLS = {
    "os.listdir": "`os.listdir`",
    "os.scandir": "`os.scandir`",
    "os.walk": "`os.walk`",
    "glob.glob": "`glob.glob`",
    "glob.iglob": "`glob.iglob`",
    "pkgutil.iter_modules": "`pkgutil.iter_modules`",
    "importlib.metadata.entry_points": "`entry_points`",
    "gc.get_objects": "`gc.get_objects`",
}


BY_NAME = frozenset({"importlib.metadata.entry_points", "hgetall"})
"""Those of them, and of the methods below, whose entries are asked for by name: one of them has no order."""


UNORDERED_METHODS = {
    "iterdir": "`iterdir`",
    "rglob": "`rglob`",
    "glob": "`glob`",
    "__subclasses__": "`__subclasses__`",
    "smembers": "`smembers`",
    "hgetall": "`hgetall`",
    "hkeys": "`hkeys`",
    "scan_iter": "`scan_iter`",
    "sscan_iter": "`sscan_iter`",
}


COMPLETION_CALLS = frozenset(
    {
        "asyncio.as_completed",
        "concurrent.futures.as_completed",
        "asyncio.wait",
        "concurrent.futures.wait",
        "as_completed",
    }
)


COMPLETION_METHODS = frozenset({"imap_unordered", "as_completed"})


LISTS_TOOLS = frozenset({"list_tools", "alist_tools", "get_tools", "aget_tools"})
"""Methods that ask a server for its tools."""


ORDERLESS_WORDS = frozenset(
    name.rpartition(".")[2]
    for names in (
        UNORDERED_CALLS,
        UNORDERED_METHODS,
        COMPLETION_CALLS,
        COMPLETION_METHODS,
        LISTS_TOOLS,
    )
    for name in names
) - {"wait", "walk", "glob"}
"""Last words of all these: what mentions one may give things in no fixed order."""


FAN_OUT = frozenset(
    {
        "asyncio.gather",
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.wait",
        "asyncio.as_completed",
        "concurrent.futures.wait",
        "concurrent.futures.as_completed",
        "asyncio.TaskGroup",
        "trio.open_nursery",
        "anyio.create_task_group",
        "tqdm.asyncio.tqdm.gather",
        "joblib.Parallel",
    }
)


FAN_OUT_METHODS = frozenset(
    {
        "submit",
        "create_task",
        "start_soon",
        "map",
        "imap",
        "imap_unordered",
        "starmap",
        "spawn",
        "gather",
    }
)
