"""Bytes as characters: the printable stand-ins in which byte-level vocabularies are written."""

from functools import lru_cache


@lru_cache(maxsize=1)
def byte_alphabet() -> tuple[str, ...]:
    """GPT-2's stand-ins for the 256 bytes."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return tuple(chr(byte) if byte in printable else chr(next(others)) for byte in range(256))


@lru_cache(maxsize=1 << 14)
def as_bytes(char: str) -> str:
    """A character as the stand-ins of its bytes."""
    return "".join(map(byte_alphabet().__getitem__, char.encode()))
