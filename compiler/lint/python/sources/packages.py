"""Sources of well-known packages: clocks, generators, signed links; whole modules where all they do is draw."""

from __future__ import annotations

from collections.abc import Mapping

from .source import (
    ASKED_NOW,
    CLOCK,
    COMMAND,
    DATE,
    LOAD,
    RANDOM,
    SAMPLED,
    SIGNED,
    Source,
    clock_of,
    named,
)

_CLOCKS: Mapping[str, Source] = {
    **named("pandas.Timestamp", "now utcnow today", CLOCK),
    "pendulum.today": DATE,
    "dateutil.utils.today": DATE,
    "arrow.get": clock_of(1),
    "django.utils.timezone.localtime": clock_of(1),
    "django.utils.timezone.localdate": DATE,
    **named("humanize", "naturaltime naturaldelta naturalday precisedelta", CLOCK),
    "timeago.format": CLOCK,
    **named("babel.dates", "format_datetime format_time format_date", clock_of(1)),
    **named("trio", "current_time", CLOCK),
    **named("anyio", "current_time", CLOCK),
    "numpy.datetime64": ASKED_NOW,
    "pandas.Timestamp": ASKED_NOW,
    "pandas.to_datetime": ASKED_NOW,
    "dateparser.parse": ASKED_NOW,
    "arrow.Arrow.now": CLOCK,
}

_CHANCE: Mapping[str, Source] = {
    **named("numpy.random", "choice permutation permuted shuffle", SAMPLED),
    **named(
        "torch", "rand randn randint normal bernoulli multinomial rand_like randn_like", RANDOM
    ),
    "torch.randperm": SAMPLED,
    "nanoid.generate": RANDOM,
    "nanoid.non_secure_generate": RANDOM,
    **named("ulid", "new ULID", RANDOM),
    **named("shortuuid", "uuid random ShortUUID", RANDOM),
    **named("ksuid", "ksuid Ksuid KsuidMs", RANDOM),
    **named("bson", "ObjectId", RANDOM),
    "bson.objectid.ObjectId": RANDOM,
    **named("cuid", "cuid slug", RANDOM),
    **named("cuid2", "cuid_wrapper Cuid", RANDOM),
    **named("xid", "XID Xid", RANDOM),
    **named("faker", "Faker Factory", RANDOM),
    **named("coolname", "generate generate_slug", RANDOM),
    "petname.generate": RANDOM,
    **named("typeid", "TypeID", RANDOM),
    **named("uuid_extensions", "uuid7", RANDOM),
    **named("uuid_utils", "uuid1 uuid4 uuid6 uuid7", RANDOM),
    **named("fastuuid", "uuid1 uuid4 uuid7", RANDOM),
}

_OTHERS: Mapping[str, Source] = {
    "jwt.encode": SIGNED,
    **named("azure.storage.blob", "generate_blob_sas generate_container_sas", SIGNED),
    "git.Repo": COMMAND,
    "distro.name": Source(LOAD.cause, COMMAND.rank),
}

PACKAGES: Mapping[str, Source] = {**_CLOCKS, **_CHANCE, **_OTHERS}
"""By dotted name."""

WHOLE_MODULES: Mapping[str, Source] = {
    "numpy.random": RANDOM,
    "psutil": LOAD,
    "GPUtil": LOAD,
    "pynvml": LOAD,
}
"""Modules of which every function is a source, those named here or above left out."""

SETTINGS = frozenset(
    "numpy.random.seed numpy.random.default_rng numpy.random.Generator numpy.random.RandomState "
    "numpy.random.PCG64 numpy.random.SeedSequence numpy.random.set_state numpy.random.get_state".split()
)
"""What such a module has beside them."""
