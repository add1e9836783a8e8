"""The figures of run.py as a page of Markdown, and whether the engines agree."""

import math
import pathlib
import tomllib

TITLES = {"kenning": "kenning", "kuzu": "Kùzu", "ladybug": "LadybugDB", "duckdb": "DuckDB", "kglite": "KGLite",
          "grafeo": "Grafeo", "floor": "floor"}
RIVALS = ["kuzu", "ladybug", "duckdb", "kglite", "grafeo"]
# What kenning wants to reach: times faster than the best rival; times the floor, or milliseconds above it; what two threads
# are worth on answers that take long; microseconds of parsing and planning.
AHEAD, OVER_FLOOR, ABOVE_FLOOR_MS, THREADS, LONG_MS, PLAN_US, POINT_US, OPEN_MS = 2, 2, 0.2, 1.6, 50, 100, 2, 2


# Do the engines agree?


def same(one, other):
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other))
    if float not in (type(one), type(other)) or not {type(one), type(other)} <= {int, float}:
        return one == other
    # A sum in another order ends in other digits.
    return math.isclose(one, other, rel_tol=1e-6)


def compare(results):
    """Marks each answer that is not the one that most engines give."""
    questions = {q["name"]: q for q in tomllib.loads((pathlib.Path(__file__).parent / "queries.toml").read_text())["query"]}
    for answers in results["answers"].values():
        for question, engines in answers.items():
            given = {name: answer["rows"] for name, answer in engines.items() if answer["state"] == "ok"}
            agreeing = {name: [other for other in given if same(given[name], given[other])] for name in given}
            most = max(agreeing.values(), key=lambda names: (len(names), "floor" in names, "kenning" in names), default=[])
            for name in given:
                engines[name].pop("differs", None)
                if name not in most:
                    why = questions.get(question, {}).get("differs", {}).get(name)
                    engines[name]["differs"] = why or "WRONG, or the others are"


# Numbers


def number(value):
    """Three digits that count."""
    if value is None or math.isnan(value):
        return ""
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}" if value > 0 else "0"


def ms(engines, name):
    answer = engines.get(name, {})
    return answer["ms"] if answer.get("state") == "ok" else None


def best(engines):
    """The best of the rivals that answered."""
    answered = [(ms(engines, name), name) for name in RIVALS if ms(engines, name)]
    return min(answered, default=(None, None))


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(*cells):
    return [row(*cells), "|" + "---|" * len(cells)]


# The page


def markdown(results):
    page = Page(results)
    parts = [page.top(), *(page.times(threads) for threads in results["answers"]), page.sizes(), page.memory(), page.planning(),
             page.short()]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


class Page:
    def __init__(self, results):
        self.results = results
        present = {name for answers in results["answers"].values() for engines in answers.values() for name in engines}
        self.names = [name for name in TITLES if name in present or name in results["load"]]
        self.notes = []

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)
        return self.notes.index(text) + 1

    def top(self):
        results, machine, network = self.results, self.results["machine"], self.results["network"]
        versions = ", ".join(f"{TITLES.get(name, name)} {version}" for name, version in results["versions"].items() if version)
        late = f"{results['settings']['timeout_s']:g} s"
        return [f"# Kenning beside other engines: {network['persons']:,} persons, {network['follows']:,} follows", "",
                f"{results['date']}, commit {results['commit']}. {machine['cpu']}, {machine['cores']} cores, "
                f"{machine['memory_gib']} GiB, {machine['system']}; load before the run {machine['load_before']:.1f}. "
                f"{versions}.", "",
                f"Milliseconds from text to last row, the median of {results['settings']['runs']} warm runs, or of as many as "
                f"stand in brackets: those that fit into 15 s, behind a first one that does not count, or the first alone when it "
                f"takes more than 10 s. No answer in {late}: `> {late}`. Rivals are asked through their Python wheels, DuckDB "
                f"with SQL written by hand. Who keeps the plan of a text (kenning, too) plans it in the first run alone. The floor is a "
                f"loop over arrays, written by hand for each question, one thread.",
                "", f"Made by `benches/rivals/run.py` in {results.get('seconds', 0) / 60:.0f} minutes."]

    def cell(self, answer):
        state = answer.get("state")
        if state == "ok":
            few = f" ({answer['runs']})" if answer["runs"] < self.results["settings"]["runs"] else ""
            mark = f" ≠[{self.note(answer['differs'])}]" if "differs" in answer else ""
            return number(answer["ms"]) + few + mark
        if state == "late":
            return f"> {self.results['settings']['timeout_s']:g} s"
        if state == "cannot" and answer["note"] == "no loop was written for it":
            return ""
        if state in ("cannot", "error", "died"):
            return f"{ {'cannot': 'cannot', 'error': 'fails', 'died': 'dies'}[state]} [{self.note(answer['note'])}]"
        return ""

    def times(self, threads):
        answers = self.results["answers"][threads]
        one = self.results["answers"].get("1", {})
        floor = "floor" in self.names
        names = [name for name in self.names if name != "floor" or threads == "1"]
        more = ["best rival ÷ kenning"] + (["kenning ÷ floor"] if floor and threads == "1" else [])
        if threads != "1" and one:
            more.append("kenning: 1 thread ÷ this")
        title = {"1": "One thread", "0": f"All threads ({self.results['machine']['cores']})"}.get(threads, f"{threads} threads")
        self.notes = []
        lines = [f"## {title}", "", *head("question", *(TITLES[name] for name in names), *more)]
        ahead, gains, over = [], [], []
        for question, engines in answers.items():
            ours, (theirs, who) = ms(engines, "kenning"), best(engines)
            cells = [self.cell(engines.get(name, {})) for name in names]
            ratio = theirs / ours if ours and theirs else None
            ahead += [ratio] if ratio else []
            cells.append(f"{number(ratio)} ({TITLES[who]})" if ratio else "")
            if floor and threads == "1":
                least = ms(engines, "floor")
                over += [ours / least] if ours and least else []
                cells.append(number(ours / least) if ours and least else "")
            if threads != "1" and one:
                alone = ms(one.get(question, {}), "kenning")
                gains += [alone / ours] if ours and alone else []
                cells.append(number(alone / ours) if ours and alone else "")
            lines.append(row(question, *cells))
        last = [number(mean(ahead)), *([number(mean(over))] if floor and threads == "1" else []),
                *([number(mean(gains))] if threads != "1" and one else [])]
        lines.append(row("geometric mean", *[""] * len(names), *last))
        if self.notes:
            lines += ["", *(f"[{at}] {text}" + "  " for at, text in enumerate(self.notes, 1))]
        return lines

    def sizes(self):
        loads, opens, points = (self.results[key] for key in ("load", "open", "point_us"))
        names = [name for name in self.names if name != "floor"]
        if not names:
            return []

        def line(title, of):
            cells = []
            for name in names:
                try:
                    cells.append(number(of(name)))
                except (KeyError, TypeError, ValueError):
                    cells.append("")
            return row(title, *cells)

        shared = self.shared()
        lines = ["## Load, file, memory, opening", "", *head("", *(TITLES[name] for name in names)),
                 line("load, s, median of up to three", lambda name: loads[name]["load_s"]),
                 line("file, MB", lambda name: loads[name]["bytes"] / 1e6),
                 line("peak memory of loading, MiB", lambda name: loads[name]["peak_kib"] / 1024),
                 line("memory once opened, MiB", lambda name: self.opened_kib(name) / 1024),
                 line(f"peak over the {len(shared)} questions that all answer, each in a process of its own, MiB",
                      lambda name: self.alone_kib(name, shared) / 1024),
                 line("— in one process for all questions, MiB", lambda name: self.peak_kib(name, shared) / 1024),
                 line("peak over all that it answers, in one process, MiB", lambda name: self.peak_kib(name, None) / 1024)]
        for how, title in (("warm", "file in the page cache"), ("dropped", "file dropped from it")):
            lines.append(line(f"open, ms, {title}", lambda name: opens[name][how]["open_ms"]))
            lines.append(line("— to the first small answer", lambda name: opens[name][how]["first_ms"]))
            lines.append(line("— whole process", lambda name: opens[name][how]["process_ms"]))
            lines.append(line("— whole process above one that does nothing", lambda name: opens[name][how]["above_floor_ms"]))
        lines.append(line("a person by key, prepared where it can be, µs", lambda name: points[name]))
        problems = [f"{TITLES[name]}: {load['error']}" for name, load in loads.items() if "error" in load]
        lines += ["", f"A process that does nothing: {number(opens.get('process', math.nan))} ms; for wheels it is Python's. "
                      f"Memory is what is resident, mapped pages of files among it."]
        return lines + ([""] + problems if problems else [])

    def threads(self):
        return next(iter(self.results["answers"]))

    def shared(self):
        """Questions that everybody answers who was loaded."""
        names = [name for name in self.names if name != "floor" and "error" not in self.results["load"].get(name, {})]
        answers = self.results["answers"][self.threads()]
        return [question for question, engines in answers.items() if all(ms(engines, name) for name in names)]

    def opened_kib(self, name):
        return self.results["query_process"][self.threads()][name]["open_peak_kib"]

    def peak_kib(self, name, questions):
        answers = self.results["answers"][self.threads()]
        of = [answers[question].get(name, {}) for question in (questions if questions is not None else answers)]
        return max(answer["peak_kib"] for answer in of if answer.get("state") == "ok")

    def alone_kib(self, name, questions):
        """Over questions that were each asked once by a process that was asked nothing else."""
        return max(self.results["alone_kib"][question][name] for question in questions)

    def memory(self):
        names = [name for name in self.names if name != "floor"]
        lines = ["## Peak memory of a question, asked once in a process of its own, MiB", "",
                 *head("question", *(TITLES[name] for name in names))]
        for question in self.results["answers"][self.threads()]:
            peaks = self.results.get("alone_kib", {}).get(question, {})
            lines.append(row(question, *(number(peaks[name] / 1024 if peaks.get(name) else None) for name in names)))
        return lines

    def planning(self):
        times = self.results["prepare_us"]
        if not times:
            return []
        lines = ["## Parsing and planning in kenning, µs", "", *head("question", "µs")]
        return lines + [row(question, number(us)) for question, us in times.items()]

    def short(self):
        """What falls short of what kenning wants to reach."""
        results, found = self.results, []
        if "kenning" not in self.names:
            return []
        for threads, answers in results["answers"].items():
            when = "one thread" if threads == "1" else "all threads" if threads == "0" else f"{threads} threads"
            for question, engines in answers.items():
                ours, (theirs, who) = ms(engines, "kenning"), best(engines)
                if ours is None:
                    found.append(f"{question}, {when}: no answer")
                    continue
                if "differs" in engines["kenning"]:
                    found.append(f"{question}, {when}: another answer than most give")
                if theirs and theirs / ours < AHEAD:
                    found.append(f"{question}, {when}: {number(theirs / ours)} times as fast as {TITLES[who]} (wanted: {AHEAD})")
                least = ms(engines, "floor")
                if threads == "1" and least and ours > max(least * OVER_FLOOR, least + ABOVE_FLOOR_MS):
                    found.append(f"{question}: {number(ours / least)} times the floor of {number(least)} ms "
                                 f"(wanted: {OVER_FLOOR}, or {ABOVE_FLOOR_MS} ms above)")
                alone = ms(results["answers"].get("1", {}).get(question, {}), "kenning")
                if threads == "0" and alone and alone > LONG_MS and alone / ours < THREADS:
                    found.append(f"{question}: all threads are worth {number(alone / ours)} (wanted: {THREADS})")
        found += [f"{question}: parsed and planned in {number(us)} µs (wanted: {PLAN_US})"
                  for question, us in results["prepare_us"].items() if us > PLAN_US]
        found += self.short_otherwise()
        return ["## What falls short", "", *(f"- {text}" for text in found)] if found else []

    def short_otherwise(self):
        results, found = self.results, []
        loads = {name: load for name, load in results["load"].items() if "error" not in load}
        ours, theirs = loads.get("kenning"), {name: load for name, load in loads.items() if name in RIVALS}
        if ours and theirs:
            quick, small = (min(theirs, key=lambda name: theirs[name][key]) for key in ("load_s", "bytes"))
            if (ratio := theirs[quick]["load_s"] / ours["load_s"]) < AHEAD:
                found.append(f"loading: {number(ratio)} times as fast as {TITLES[quick]} (wanted: {AHEAD})")
            if ours["bytes"] > theirs[small]["bytes"]:
                found.append(f"file: {number(ours['bytes'] / 1e6)} MB, {TITLES[small]}'s "
                             f"{number(theirs[small]['bytes'] / 1e6)} MB (wanted: no larger)")
        for question, peaks in results.get("alone_kib", {}).items():
            least = min(((peaks[name], name) for name in theirs if peaks.get(name)), default=None)
            if least and peaks.get("kenning") and peaks["kenning"] * 2 > least[0]:
                found.append(f"{question}: {number(peaks['kenning'] / 1024)} MiB, {TITLES[least[1]]}'s "
                             f"{number(least[0] / 1024)} MiB (wanted: half)")
        above = results["open"].get("kenning", {}).get("dropped", {}).get("above_floor_ms", 0)
        if above > OPEN_MS:
            found.append(f"cold open to first answer: {number(above)} ms above a process that does nothing (wanted: {OPEN_MS})")
        if (point := results["point_us"].get("kenning") or 0) > POINT_US:
            found.append(f"a person by key, prepared: {number(point)} µs (wanted: {POINT_US})")
        return found
