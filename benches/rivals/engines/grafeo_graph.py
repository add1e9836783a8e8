"""Grafeo: nodes and edges in batches, its quickest way for edges; a graph is one file. It takes no number of threads."""

import csv as tables
import datetime
import heapq
import itertools
import pathlib
from collections import Counter

import grafeo

from engines import EDGES, NODES

READ = {int: int, str: str, float: float, bool: lambda text: text == "true", "date": datetime.date.fromisoformat}


class Grafeo:
    version = grafeo.__version__

    def open(self, path, threads=0):
        self.database = grafeo.GrafeoDB.open_read_only(str(path))

    def load(self, csv, path):
        self.database = grafeo.GrafeoDB(str(path))
        # Keys are places from 1 on.
        ids = {}
        for label, columns in NODES.items():
            with open(pathlib.Path(csv) / f"{label}.csv", newline="") as file:
                rows = tables.reader(file)
                read = [(name, READ[columns[name]]) for name in next(rows)]
                nodes = [{name: read(text) for (name, read), text in zip(read, row)} for row in rows]
            ids[label] = [None, *self.database.batch_create_nodes_with_props(label, nodes)]
        for edge, (source, target) in EDGES.items():
            sources, targets = ids[source], ids[target]
            with open(pathlib.Path(csv) / f"{edge}.csv") as file:
                next(file)
                pairs = (line.split(",") for line in file)
                # So many that one batch costs no more, and so few that Python holds them.
                while batch := [(sources[int(a)], targets[int(b)], edge) for a, b in itertools.islice(pairs, 1_000_000)]:
                    self.database.batch_create_edges(batch)
        self.database.create_property_index("id")
        self.close()

    def ask(self, question):
        if "call" in question:
            return getattr(self, question["call"])()
        result = self.database.execute_cypher(question.get("grafeo", question["cypher"]))
        return [list(row.values()) for row in result]

    def prepare_for(self, question):
        if "call" in question:
            self.database.create_projection("social", node_labels=["Person"], edge_types=["Follows"])

    def pagerank(self):
        scores = self.database.algorithms.pagerank(0.85, 20, 0.0, projection="social", key="id")
        return heapq.nsmallest(10, scores.items(), key=lambda pair: (-pair[1], pair[0]))

    def connected_components(self):
        sizes = Counter(self.database.algorithms.connected_components(projection="social").values())
        return [[len(sizes), max(sizes.values())]]

    def point(self, question):
        return lambda key: [list(row.values()) for row in self.database.execute_cypher(question["cypher"], {"id": key})]

    def close(self):
        self.database.close()
