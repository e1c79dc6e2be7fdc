"""Where volatile values come from: functions of the standard library and of well-known packages, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..finding import Cause
from ..layout import DAY, RELEASE, REQUEST, SESSION, TURN
from .listings import COMPLETION_CALLS, COMPLETION_METHODS, UNORDERED_CALLS, UNORDERED_METHODS


@dataclass(frozen=True, slots=True)
class Source:
    """What a call gives: the cause, and the rank of its lifetime."""

    cause: Cause
    rank: int = REQUEST


_CLOCK = Source(Cause.CLOCK)
_DATE = Source(Cause.DATE, DAY)
_RANDOM = Source(Cause.RANDOM)
_SIGNED = Source(Cause.SIGNED)
_HOST = Source(Cause.HOST, SESSION)

_TABLE: dict[str, Source] = {
    **{f"datetime.datetime.{n}": _CLOCK for n in ("now", "utcnow", "today")},
    "datetime.date.today": _DATE,
    **{
        f"time.{n}": _CLOCK
        for n in (
            "time",
            "time_ns",
            "monotonic",
            "monotonic_ns",
            "perf_counter",
            "perf_counter_ns",
            "strftime",
            "localtime",
            "gmtime",
            "ctime",
            "asctime",
            "process_time",
        )
    },
    **{
        n: _CLOCK
        for n in (
            "pendulum.now",
            "arrow.now",
            "arrow.utcnow",
            "django.utils.timezone.now",
            "whenever.now",
            "whenever.Instant.now",
            "whenever.ZonedDateTime.now",
            "pandas.Timestamp.now",
            "maya.now",
            "pendulum.today",
            "django.utils.timezone.localtime",
            "humanize.naturaltime",
            "timeago.format",
            "time.clock_gettime",
            "email.utils.formatdate",
            "email.utils.localtime",
        )
    },
    "pendulum.today": _DATE,
    **{f"uuid.{n}": _RANDOM for n in ("uuid1", "uuid4", "uuid6", "uuid7", "getnode")},
    **{
        f"secrets.{n}": _RANDOM
        for n in ("token_hex", "token_urlsafe", "token_bytes", "choice", "randbelow", "randbits")
    },
    **{
        f"random.{n}": _RANDOM
        for n in (
            "random",
            "randint",
            "randrange",
            "uniform",
            "getrandbits",
            "randbytes",
            "gauss",
            "betavariate",
            "normalvariate",
            "triangular",
            "expovariate",
            "SystemRandom",
        )
    },
    "random.choice": _RANDOM,
    **{f"random.{n}": Source(Cause.SAMPLED) for n in ("sample", "choices", "shuffle")},
    **{
        f"numpy.random.{n}": _RANDOM
        for n in ("rand", "randint", "random", "normal", "uniform", "randn")
    },
    **{f"numpy.random.{n}": Source(Cause.SAMPLED) for n in ("choice", "permutation", "shuffle")},
    "os.urandom": _RANDOM,
    **{f"nanoid.{n}": _RANDOM for n in ("generate",)},
    **{
        n: _RANDOM
        for n in (
            "ulid.new",
            "ulid.ULID",
            "shortuuid.uuid",
            "ksuid.ksuid",
            "bson.ObjectId",
            "cuid.cuid",
            "cuid2.cuid_wrapper",
            "shortuuid.random",
            "uuid_utils.uuid4",
            "uuid_utils.uuid7",
            "xid.XID",
            "fastuuid.uuid4",
        )
    },
    **{
        f"tempfile.{n}": _RANDOM
        for n in (
            "mkdtemp",
            "mkstemp",
            "mktemp",
            "TemporaryDirectory",
            "NamedTemporaryFile",
            "TemporaryFile",
        )
    },
    "jwt.encode": _SIGNED,
    "azure.storage.blob.generate_blob_sas": _SIGNED,
    "azure.storage.blob.generate_container_sas": _SIGNED,
    **{
        f"os.{n}": _HOST
        for n in ("getcwd", "getcwdb", "getlogin", "getpid", "getppid", "uname", "cpu_count")
    },
    "os.getpid": Source(Cause.HOST, SESSION),
    "os.getloadavg": Source(Cause.HOST, REQUEST),
    "pathlib.Path.cwd": _HOST,
    "pathlib.Path.home": Source(Cause.HOST, SESSION),
    **{
        f"platform.{n}": _HOST
        for n in ("platform", "node", "uname", "version", "release", "machine", "system")
    },
    "socket.gethostname": _HOST,
    "socket.getfqdn": _HOST,
    "getpass.getuser": _HOST,
    "locale.getlocale": _HOST,
    "locale.getdefaultlocale": _HOST,
    "locale.setlocale": _HOST,
    **{
        f"psutil.{n}": Source(Cause.HOST, REQUEST)
        for n in ("virtual_memory", "cpu_percent", "disk_usage", "pids")
    },
    "shutil.disk_usage": Source(Cause.HOST, REQUEST),
    **{
        f"subprocess.{n}": Source(Cause.HOST, TURN)
        for n in ("run", "check_output", "getoutput", "getstatusoutput", "Popen", "call")
    },
    "asyncio.create_subprocess_exec": Source(Cause.HOST, TURN),
    "asyncio.create_subprocess_shell": Source(Cause.HOST, TURN),
    "os.popen": Source(Cause.HOST, TURN),
    "git.Repo": Source(Cause.HOST, TURN),
    "dict.environ": _HOST,
    "hash": Source(Cause.HASHED, SESSION),
    "id": Source(Cause.ADDRESS, SESSION),
}
_METHODS: dict[str, Source] = {
    "generate_presigned_url": _SIGNED,
    "generate_presigned_post": _SIGNED,
    "generate_signed_url": _SIGNED,
    "create_presigned_url": _SIGNED,
    "presigned_get_object": _SIGNED,
    "get_presigned_url": _SIGNED,
    "create_signed_url": _SIGNED,
    "signed_url": _SIGNED,
    "sign_url": _SIGNED,
    "similarity_search": Source(Cause.RETRIEVED),
    "asimilarity_search": Source(Cause.RETRIEVED),
    "similarity_search_with_score": Source(Cause.RETRIEVED),
    "max_marginal_relevance_search": Source(Cause.RETRIEVED),
    "get_relevant_documents": Source(Cause.RETRIEVED),
    "aget_relevant_documents": Source(Cause.RETRIEVED),
    "retrieve": Source(Cause.RETRIEVED),
    "aretrieve": Source(Cause.RETRIEVED),
    "recall": Source(Cause.RETRIEVED),
    "semantic_search": Source(Cause.RETRIEVED),
    "vector_search": Source(Cause.RETRIEVED),
    "hybrid_search": Source(Cause.RETRIEVED),
    "query_points": Source(Cause.RETRIEVED),
    "get_relevant_memories": Source(Cause.RETRIEVED),
}
_STORES = re.compile(
    r"(memory|memories|memo|store|index|retriever|collection|vector|vectors|kb|knowledge|db|mem0|mem|search|searcher|docs"
    r"|library|archive|qdrant|chroma|pinecone|weaviate|notes|corpus|catalogue|catalog)\w*$"
)
_SEARCHES = frozenset(
    {
        "search",
        "asearch",
        "query",
        "aquery",
        "knn",
        "nearest",
        "top_k",
        "lookup_similar",
        "find_similar",
    }
)

SETTLED: Mapping[str, Cause] = {cause.name.lower().replace("_", "-"): cause for cause in Cause}


def source_of(name: str, own: Mapping[str, str]) -> Source | None:
    """What a function of another package gives, by its dotted name; `own` are the user's."""
    if own:
        for known, word in own.items():
            if name == known or name.endswith(f".{known}"):
                return source_named(word)
    return _TABLE.get(name)


def source_named(word: str) -> Source:
    """A source by the word of a configuration: a cause, or a lifetime. Raises KeyError."""
    from ....ir.module import LIFETIMES

    if word in LIFETIMES:
        return Source(Cause.STATE, LIFETIMES.index(word))
    cause = SETTLED[word]
    known = [s for s in (*_TABLE.values(), *_METHODS.values()) if s.cause is cause]
    return known[0] if known else Source(cause)


def method_source(receiver: str, name: str) -> Source | None:
    """What a method gives, by its name and that of its receiver."""
    if name in _METHODS:
        return _METHODS[name]
    if name in _SEARCHES and _STORES.search(receiver.lower()):
        return Source(Cause.RETRIEVED)
    return None


SOURCE_WORDS = frozenset(
    name.rpartition(".")[2] for name in (*_TABLE, *UNORDERED_CALLS, *COMPLETION_CALLS)
) | frozenset({*_METHODS, *UNORDERED_METHODS, *COMPLETION_METHODS, "set", "frozenset"}) - {
    "choice",
    "run",
    "call",
    "id",
    "input",
    "hash",
    "wait",
    "choices",
    "random",
    "sample",
    "version",
    "system",
    "release",
    "machine",
    "node",
    "new",
    "glob",
    "generate",
    "format",
    "retrieve",
    "recall",
    "encode",
}
"""Last words of what gives something volatile, those left out that mean many other things."""

_FINE = re.compile(r"%-?[HIMSfpXcsTRrLk]")
_COARSE = re.compile(r"%-?[a-zA-Z]")
_YEAR = re.compile(r"%-?[YyGC]")


def coarsened(pattern: str) -> int | None:
    """The rank of a clock that is written with a `strftime` pattern; None where it stays finer than a day."""
    if _FINE.search(pattern):
        return None
    found = _COARSE.findall(pattern)
    if not found:
        return 0 if pattern else None
    return RELEASE if all(_YEAR.fullmatch(each) for each in found) else DAY
