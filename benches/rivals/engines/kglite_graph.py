"""KGLite: a blueprint reads the CSV files, which is the quickest way that it offers; a graph is one file, read whole when it
is opened. It takes no number of threads."""

import json
import tempfile

import kglite

from engines import EDGES, NODES

TYPES = {int: "int", str: "string", float: "float", bool: "bool", "date": "date"}


class KGLite:
    version = kglite.__version__

    def open(self, path, threads=0):
        self.graph = kglite.load(str(path))
        # Else it gives up after ten million rows in between.
        self.graph.set_default_max_work_units(10**15)

    def load(self, csv, path):
        nodes = {}
        for label, columns in NODES.items():
            title = "name" if label == "Person" else label.lower()
            declared = {name: TYPES[kind] for name, kind in columns.items()}
            nodes[label] = {"csv": f"{label}.csv", "pk": "id", "title": title, "properties": declared}
        for edge, (source, target) in EDGES.items():
            ends = {"csv": f"{edge}.csv", "source_fk": "from", "target": target, "target_fk": "to",
                    "property_types": {"from": "int", "to": "int"}}
            nodes[source].setdefault("connections", {}).setdefault("junction_edges", {})[edge] = ends
        with tempfile.NamedTemporaryFile("w", suffix=".json") as blueprint:
            json.dump({"settings": {"root": str(csv)}, "nodes": nodes}, blueprint)
            blueprint.flush()
            self.graph = kglite.from_blueprint(blueprint.name, save=False)
        self.graph.create_index("Person", "id")
        self.graph.save(str(path))

    def ask(self, question):
        return [list(row.values()) for row in self.graph.cypher(question.get("kglite", question["cypher"]))]

    def point(self, question):
        return lambda key: [list(row.values()) for row in self.graph.cypher(question["cypher"], params={"id": key})]

    def close(self):
        pass
