#!/usr/bin/env python3
"""Asks the questions of queries.toml of other engines, on the CSV files of social.py.

usage: rivals.py CSV_FOLDER WORK_FOLDER [--threads N] [--runs N] [--only NAME] [--json FILE] ENGINE...
engines: kuzu, ladybug, duckdb, kglite (Python 3.11 or later, with the wheels of these names)

Prints a line per engine and question: median of warm runs in ms, rows, the first row. A question that takes more than 30 s is
asked once.
"""
import argparse, json, pathlib, resource, shutil, statistics, sys, time, tomllib

here = pathlib.Path(__file__).parent
NODES = {"Country": "id INT64, country STRING", "State": "id INT64, state STRING, country STRING",
         "City": "id INT64, city STRING, state STRING, country STRING, lat DOUBLE, lng DOUBLE, population INT64",
         "Interest": "id INT64, interest STRING",
         "Person": "id INT64, name STRING, gender STRING, birthday DATE, age INT64, isMarried BOOLEAN"}
EDGES = {"Follows": ("Person", "Person"), "LivesIn": ("Person", "City"), "HasInterest": ("Person", "Interest"),
         "CityIn": ("City", "State"), "StateIn": ("State", "Country")}


class Kuzu:
    """Kuzu and LadybugDB, which continues it, are asked alike."""

    def __init__(self, module, csv, work, threads):
        engine = __import__(module)
        path = work / f"{module}.db"
        fresh = not path.exists()
        start = time.perf_counter()
        self.connection = engine.Connection(engine.Database(str(path)), num_threads=threads)
        if fresh:
            for label, columns in NODES.items():
                self.run(f"CREATE NODE TABLE {label}({columns}, PRIMARY KEY (id))")
                self.run(f"COPY {label} FROM '{csv}/{label}.csv' (HEADER=true)")
            for edge, (source, target) in EDGES.items():
                self.run(f"CREATE REL TABLE {edge}(FROM {source} TO {target})")
                self.run(f"COPY {edge} FROM '{csv}/{edge}.csv' (HEADER=true)")
            self.load = time.perf_counter() - start
        self.path = path

    def run(self, text):
        result = self.connection.execute(text)
        rows = []
        while result.has_next():
            rows.append(result.get_next())
        return rows

    def ask(self, question):
        return self.run(question.get("rival", question["cypher"]))


class DuckDB:
    def __init__(self, _, csv, work, threads):
        import duckdb
        path = work / "duck.db"
        fresh = not path.exists()
        start = time.perf_counter()
        self.connection = duckdb.connect(str(path), config={"threads": threads})
        if fresh:
            for table in [*NODES, *EDGES]:
                columns = "*" if table in NODES else '"from" AS source, "to" AS target'
                self.connection.execute(f"CREATE TABLE {table} AS SELECT {columns} FROM read_csv('{csv}/{table}.csv')")
            self.load = time.perf_counter() - start
        self.path = path

    def ask(self, question):
        if "sql" not in question:
            raise NotImplementedError("no SQL")
        return self.connection.execute(question["sql"]).fetchall()


def size(path):
    return sum(f.stat().st_size for f in path.rglob("*")) if path.is_dir() else path.stat().st_size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("csv"); parser.add_argument("work"); parser.add_argument("engines", nargs="+")
    parser.add_argument("--threads", type=int, default=1); parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--only", default=""); parser.add_argument("--json")
    given = parser.parse_args()
    questions = tomllib.loads((here / "queries.toml").read_text())["query"]
    csv, work = pathlib.Path(given.csv).resolve(), pathlib.Path(given.work)
    work.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in given.engines:
        engine = {"duckdb": DuckDB}.get(name, Kuzu)(name, csv, work, given.threads)
        if hasattr(engine, "load"):
            print(f"{name}: load {engine.load:.2f} s, {size(engine.path)} bytes", flush=True)
        for question in questions:
            if given.only not in question["name"]:
                continue
            times = []
            try:
                for _ in range(given.runs + 1):
                    start = time.perf_counter()
                    rows = engine.ask(question)
                    times.append((time.perf_counter() - start) * 1e3)
                    if times[-1] > 30_000:
                        break
                median = statistics.median(times[1:] or times)
                results.setdefault(question["name"], {})[name] = median
                print(f"{name:8} {question['name']:28} {median:10.3f} ms {len(rows):5} rows  {str(rows[:1])[:60]}", flush=True)
            except Exception as error:
                print(f"{name:8} {question['name']:28} {str(error)[:80]!r}", flush=True)
        print(f"{name}: peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB", flush=True)
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(results, indent=1))


main()
