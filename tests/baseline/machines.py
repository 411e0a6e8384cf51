"""The systems that ship, made to a size."""

import functools
import tempfile
from pathlib import Path

import numpy as np

from heatledger.baseline import plant
from heatledger.baseline.ducts import run_of
from heatledger.config import load
from heatledger.home import Ducts


@functools.cache
def shipped():
    with tempfile.TemporaryDirectory() as empty:
        return load(data_dir=Path(empty), environ={})


def machine(kind, size_w=10_000.0, ducts=None, **changes):
    found = shipped()
    place = run_of(Ducts(place=ducts), 120.0) if ducts else None
    return plant.machine_of(found.alternatives[kind], found.systems, size_w=size_w, run=place, **changes)


def hours(outdoor_c, room_c=20.0, ground_c=10.0):
    out = np.asarray(outdoor_c, dtype=float)
    return plant.Hours(out, np.full(out.shape, room_c), np.full(out.shape, ground_c))
