"""The rivals, each behind the same verbs: `load` makes a file of the CSV folder, `open` opens it, `ask` answers a question with
rows, `point` gives a function that finds a person's name by key. `prepare_for`, where there is one, comes before a question and
is not timed."""

import importlib
from typing import NamedTuple


class Rival(NamedTuple):
    """Where it is here, its wheel, the Python that the wheel wants, and whether it takes a number of threads."""
    module: str
    kind: str
    wheel: str
    python: str
    threads: bool


ENGINES = {
    "kuzu": Rival("kuzu_family", "Kuzu", "kuzu==0.11.3", "3.11", True),
    "ladybug": Rival("kuzu_family", "Ladybug", "ladybug==0.22.0", "3.11", True),
    "duckdb": Rival("duck", "DuckDB", "duckdb==2.0.1", "3.11", True),
    "kglite": Rival("kglite_graph", "KGLite", "kglite==0.21.2", "3.11", False),
    "grafeo": Rival("grafeo_graph", "Grafeo", "grafeo==0.6.0", "3.12", False),
}

NODES = {"Country": {"id": int, "country": str},
         "State": {"id": int, "state": str, "country": str},
         "City": {"id": int, "city": str, "state": str, "country": str, "lat": float, "lng": float, "population": int},
         "Interest": {"id": int, "interest": str},
         "Person": {"id": int, "name": str, "gender": str, "birthday": "date", "age": int, "isMarried": bool}}
EDGES = {"Follows": ("Person", "Person"), "LivesIn": ("Person", "City"), "HasInterest": ("Person", "Interest"),
         "CityIn": ("City", "State"), "StateIn": ("State", "Country")}


def engine(name):
    rival = ENGINES[name]
    return getattr(importlib.import_module(f"engines.{rival.module}"), rival.kind)()
