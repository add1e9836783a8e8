"""DuckDB with SQL written by hand: a table per label and per edge type, edges in the order of their sources, an index on the
persons' keys."""

import duckdb

from engines import EDGES, NODES


class DuckDB:
    version = duckdb.__version__

    def open(self, path, threads=0, read_only=True):
        self.connection = duckdb.connect(str(path), read_only=read_only, config={"threads": threads} if threads else {})

    def load(self, csv, path):
        self.open(path, read_only=False)
        for table in [*NODES, *EDGES]:
            columns = "*" if table in NODES else '"from" AS source, "to" AS target'
            self.connection.execute(f"CREATE TABLE {table} AS SELECT {columns} FROM read_csv('{csv}/{table}.csv')")
        self.connection.execute("CREATE UNIQUE INDEX person ON Person(id)")
        self.close()

    def ask(self, question):
        return self.connection.execute(question["sql"]).fetchall()

    def point(self, question):
        self.connection.execute("PREPARE person AS " + question["sql"].replace("$id", "$1"))
        return lambda key: self.connection.execute(f"EXECUTE person({key})").fetchall()

    def close(self):
        self.connection.close()
