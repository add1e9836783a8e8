"""One rival in a process of its own, run by run.py with the rival's own Python; prints lines of JSON.

usage: worker.py ENGINE load CSV_FOLDER FILE
       worker.py ENGINE ask FILE THREADS RUNS NAME...     (0 threads: as many as it likes)
       worker.py ENGINE first FILE
       worker.py ENGINE point FILE PERSONS
"""

import gc
import json
import os
import pathlib
import statistics
import sys
import time
import tomllib

from engines import engine

here = pathlib.Path(__file__).parent


def tell(**what):
    print(json.dumps(what, default=str), flush=True)


def peak_kib():
    """The most memory that this process has held since it began, or since `forget_peak`: mapped pages included."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])


def forget_peak():
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def repetitions(first, wanted):
    """As in src/lib.rs."""
    return 0 if first > 10_000 else min(wanted, max(2, int(15_000 / first)))


def size(path):
    files = [path, *path.parent.glob(path.name + "[.-]*")]
    return sum(part.stat().st_size for file in files if file.exists()
               for part in ([file] if file.is_file() else file.rglob("*")) if part.is_file())


def load(rival, csv, path):
    path = pathlib.Path(path)
    start = time.perf_counter()
    rival.load(pathlib.Path(csv).resolve(), path)
    tell(load_s=time.perf_counter() - start, bytes=size(path), peak_kib=peak_kib(), version=rival.version)


def ask(name, rival, path, threads, runs, *names):
    questions = [q for q in tomllib.loads((here / "queries.toml").read_text())["query"] if q["name"] in names]
    start = time.perf_counter()
    rival.open(path, int(threads))
    tell(open_ms=(time.perf_counter() - start) * 1e3, peak_kib=peak_kib(), version=rival.version)
    for question in questions:
        tell(begin=question["name"])
        if name in question.get("cannot", {}):
            tell(cannot=question["cannot"][name])
            continue
        try:
            if hasattr(rival, "prepare_for"):
                rival.prepare_for(question)
            gc.collect()
            gc.disable()
            forget_peak()
            left = None
            while left != 0:
                start = time.perf_counter()
                rows = rival.ask(question)
                ms = (time.perf_counter() - start) * 1e3
                tell(ms=ms)
                left = repetitions(ms, int(runs)) if left is None else left - 1
            gc.enable()
            tell(rows=rows, peak_kib=peak_kib())
        except Exception as error:
            tell(error=f"{type(error).__name__}: {error}"[:500], peak_kib=peak_kib())


def first(rival, path):
    start = time.perf_counter()
    rival.open(path)
    opened = (time.perf_counter() - start) * 1e3
    text = "MATCH (p:Person {id: 4242}) RETURN p.name AS name"
    rows = rival.ask({"cypher": text, "sql": "SELECT name FROM Person WHERE id = 4242"})
    tell(open_ms=opened, first_ms=(time.perf_counter() - start) * 1e3, rows=rows, peak_kib=peak_kib())


def point(rival, path, persons):
    questions = tomllib.loads((here / "queries.toml").read_text())
    rival.open(path, 1)
    lookup, times, key = rival.point(questions["point"]), [], 0
    for _ in range(300):
        key = (key + 7919) % int(persons)
        start = time.perf_counter()
        rows = lookup(key + 1)
        times.append((time.perf_counter() - start) * 1e6)
        assert len(rows) == 1
    tell(point_us=statistics.median(times))


def main():
    name, verb, *rest = sys.argv[1:]
    rival = engine(name)
    {"load": load, "first": first, "point": point}[verb](rival, *rest) if verb != "ask" else ask(name, rival, *rest)
    sys.stdout.flush()
    # What is open needs no tidying up, which takes some of them seconds.
    os._exit(0)


main()
