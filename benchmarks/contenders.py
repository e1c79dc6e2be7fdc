"""The sides of a comparison behind one protocol: another engine's server, and our engine with compiled programs."""

import asyncio
import time
from pathlib import Path
from typing import Protocol

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Target
from sglc.runtime.backend import GenReply, GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.schema import Plan

from .by_hand import PROGRAMS, Client
from .server_process import Server
from .workloads import Ask, Material, Row, Written

FOLDER = Path(__file__).resolve().parent / "programs"


class Contender(Protocol):
    """Something that answers a row of the table."""

    name: str

    def seconds(self, row: Row, material: Material, seed: str) -> float:
        """How long it takes for everything that the row asks, from the first request to the last answer."""
        ...


class Peer:
    """A server, asked by hand-written asyncio code. Frozen whenever it is not asked."""

    def __init__(self, name: str, server: Server) -> None:
        self.name = name
        self._server = server
        server.freeze()

    def seconds(self, row: Row, material: Material, seed: str) -> float:
        """See Contender."""
        self._server.thaw()
        try:
            return asyncio.run(seconds_of_server(self._server.url, row, material, seed))
        finally:
            self._server.freeze()


async def seconds_of_server(url: str, row: Row, material: Material, seed: str) -> float:
    """How long a server takes for all that a row asks, by hand-written code; it runs again by now."""
    client = Client(url)
    asks = row.asks(material, seed) if row.asks else []
    instances = row.instances(material, seed) if row.instances else []
    try:
        await client.post([1, 2, 3], 1)  # it was frozen: let it wake, and open a connection
        begun = time.perf_counter()
        if asks:
            await asyncio.gather(*[client.ask(ask) for ask in asks])
        else:
            await asyncio.gather(*[PROGRAMS[row.program](client, args) for args in instances])
        return time.perf_counter() - begun
    finally:
        await client.close()


class Ours:
    """The embedded engine: requests through its backend, programs through their compiled plans."""

    name = "sglc"

    def __init__(self, backend: EngineBackend, model: Path) -> None:
        self.backend = backend
        self._model = model
        self._target = Target.load(model)
        self._plans: dict[str, Plan] = {}
        self._written: dict[float, Written] = {}

    def seconds(self, row: Row, material: Material, seed: str) -> float:
        """See Contender. Compiling a program is not part of the time: it happens once, before any run."""
        return asyncio.run(self._measure(row, material, seed))

    def written(self, taken: float) -> Written:
        """What was written in the repetition that took so long; of programs nothing is counted."""
        return self._written[taken]

    async def _measure(self, row: Row, material: Material, seed: str) -> float:
        asks = row.asks(material, seed) if row.asks else []
        instances = row.instances(material, seed) if row.instances else []
        plan = self._plan(row.program) if row.program else None
        replies: list[GenReply] = []
        begun = time.perf_counter()
        if plan is None:
            replies = await asyncio.gather(*[self.backend.generate(_request(ask)) for ask in asks])
        else:
            with Executor(plan, backend=self.backend, target=self._target) as executor:
                runs = [executor.run(plan.entry, args, i) for i, args in enumerate(instances)]
                await asyncio.gather(*runs)
        taken = time.perf_counter() - begun
        self._written[taken] = _written(replies)
        return taken

    def _plan(self, program: str) -> Plan:
        if program not in self._plans:
            self._plans[program] = compile_file(
                FOLDER / f"{program}.sgl", Options(), str(self._model)
            ).plan
        return self._plans[program]


def _request(ask: Ask) -> GenRequest:
    sampling = Sampling(max_tokens=ask.max_tokens, ignore_eos=ask.schema is None)
    constraint = Constraint("json", ask.schema) if ask.schema is not None else None
    return GenRequest(ask.ids, sampling, seeds=(0,), constraint=constraint)


def _written(replies: list[GenReply]) -> Written:
    """The tokens that were computed: a last one that nothing follows is not."""
    computed = sum(each.fed or 0 for reply in replies for each in reply.completions)
    chosen = sum(reply.usage.decoded for reply in replies)
    return Written(chosen, computed - chosen)
