"""Every hostile submission, by name."""

from tests.adversarial import (
    browser,
    escaping,
    exhausting,
    forging,
    lying,
    oversized,
    planting,
    prying,
    reading,
    replacing,
    wire,
)
from tests.adversarial.hostile import Hostile

_MODULES = (forging, replacing, reading, prying, escaping, wire, planting, exhausting, oversized, lying, browser)

ALL: tuple[Hostile, ...] = tuple(hostile for module in _MODULES for hostile in module.HOSTILE)
SUBMISSIONS: dict[str, Hostile] = {hostile.name: hostile for hostile in ALL}
