#!/usr/bin/env python3
"""Kenning beside its rivals and the floor: one command that makes the network, builds, loads, asks and writes the table.

usage: benches/rivals/run.py [CSV_FOLDER] [--persons N] [--engines A,B] [--only TEXT] [--reuse] ...

CSV_FOLDER holds the files of social.py; when it has none, they are made. The wheels go into environments of their own below
--work, and so do the graphs, in a folder named like CSV_FOLDER. Every load, every engine with its questions, and every opening
is a process of its own. A question without an answer in --timeout seconds costs its process; the next goes on behind it.
Writes results/DATE-PERSONS.md and .json. Needs Python 3.11, for Grafeo also 3.12.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import selectors
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

import network
import table
from engines import ENGINES

here = pathlib.Path(__file__).resolve().parent
repository = here.parent.parent
ALL = ["kenning", *ENGINES, "floor"]
BINARIES = here / "target" / "release"


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def output(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **more).stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


# Machine and programs


def machine():
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory / 2**30, 1),
            "system": f"{platform.system()} {platform.release()}", "load_before": os.getloadavg()[0]}


def commit():
    changed = output("git", "status", "--porcelain", "--untracked-files=no", cwd=repository).strip()
    return output("git", "rev-parse", "--short=10", "HEAD", cwd=repository).strip() + (" and changes" if changed else "")


def python(version):
    """An interpreter of this version."""
    known = [shutil.which(f"python{version}"), sys.executable]
    known += sorted((pathlib.Path.home() / ".pyenv/versions").glob(f"{version}*/bin/python"))
    for found in filter(None, known):
        try:
            if output(found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip() == version:
                return found
        except (OSError, subprocess.CalledProcessError):
            continue
    return None


def environment(work, version, wheels):
    """The interpreter of an environment that holds the wheels; what is there already is not fetched again."""
    folder = work / "venv" / version
    if not (folder / "bin/python").exists():
        base = python(version)
        if base is None:
            return None
        output(base, "-m", "venv", folder)
    output(folder / "bin/python", "-m", "pip", "install", "--quiet", *wheels)
    return folder / "bin/python"


class Engines:
    """How the process of each engine is started."""

    def __init__(self, given, csv, graphs):
        self.csv, self.graphs, self.pythons, self.cannot = csv, graphs, {}, {}
        rivals = [ENGINES[name] for name in given if name in ENGINES]
        for version in sorted({rival.python for rival in rivals}):
            wheels = [rival.wheel for rival in rivals if rival.python == version]
            say(f"Python {version}: {' '.join(wheels)}")
            self.pythons[version] = environment(self.graphs.parent, version, wheels)
        for name in given:
            if name in ENGINES and self.pythons[ENGINES[name].python] is None:
                self.cannot[name] = f"no Python {ENGINES[name].python} here"

    def graph(self, name):
        return self.graphs / f"{name}.db"

    def interpreter(self, name):
        return self.pythons[ENGINES[name].python]

    def worker(self, name, *rest):
        return [self.interpreter(name), here / "worker.py", name, *rest]

    def load(self, name):
        if name == "kenning":
            return [BINARIES / "study", "--load", self.csv, self.graph(name)]
        return self.worker(name, "load", self.csv, self.graph(name))

    def ask(self, name, threads, runs, names):
        if name == "kenning":
            return [BINARIES / "study", "--ask", self.graph(name), threads, runs, *names]
        if name == "floor":
            return [BINARIES / "floor", self.csv, runs, *names]
        return self.worker(name, "ask", self.graph(name), threads, runs, *names)

    def first(self, name):
        if name == "kenning":
            return [BINARIES / "study", "--first", self.graph(name)]
        return self.worker(name, "first", self.graph(name))


# Loading


def load(engines, names, timeout):
    """Loads three times, or as often as fits into half a minute: how long a disk takes varies. The median, and all times, by name.

    The engines take turns, so that none meets the machine in another state than the others: who comes first after a pause
    waits for memory that the system of a virtual machine has given back to its host."""
    loads, left, took = {name: [] for name in names}, list(names), dict.fromkeys(names, 0.0)
    for turn in range(3):
        for name in list(left):
            say(f"{name}: load {turn + 1}")
            begin = time.monotonic()
            loads[name].append(load_once(engines, name, timeout))
            took[name] += time.monotonic() - begin
            if "error" in loads[name][-1] or took[name] > 30:
                left.remove(name)
    return {name: median_of(told) for name, told in loads.items()}


def median_of(loads):
    if "error" in loads[-1]:
        return loads[-1]
    times = [told["load_s"] for told in loads]
    return loads[-1] | {"load_s": statistics.median(times), "times": times}


def load_once(engines, name, timeout):
    for old in engines.graphs.glob(f"{name}.db*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    # What others have written is not to be waited for here.
    os.sync()
    command = [str(part) for part in engines.load(name)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, preexec_fn=first_to_go)
    except subprocess.TimeoutExpired:
        return {"error": f"not loaded in {timeout} s"}
    told = lines(done.stdout)
    return told[-1] if told else {"error": f"exit {done.returncode}: {done.stderr.strip()[-300:]}"}


# Asking


def first_to_go():
    """When memory runs out it is the measured process that the kernel ends, and not its neighbours."""
    pathlib.Path("/proc/self/oom_score_adj").write_text("1000")


def one_processor():
    """Engines that take no number of threads get one processor."""
    first_to_go()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def ask(engines, name, threads, names, given):
    """What became of each question, by its name."""
    answers, left, opened = {}, list(names), {}
    pinned = threads == 1 and name in ENGINES and not ENGINES[name].threads
    while left:
        command = [str(part) for part in engines.ask(name, threads, given.runs, left)]
        errors = tempfile.TemporaryFile()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, bufsize=0,
                                   preexec_fn=one_processor if pinned else first_to_go)
        current, times = None, []
        for told in told_in_time(process, given.timeout, lambda: current is not None):
            if "open_ms" in told:
                opened = {"open_ms": told["open_ms"], "open_peak_kib": told["peak_kib"]} | opened
            elif "begin" in told:
                current, times = told["begin"], []
            elif "ms" in told:
                times.append(told["ms"])
            else:
                answers[current] = outcome(told, times)
                left.remove(current)
                current = None
        errors.seek(0)
        code, error = process.returncode, errors.read().decode(errors="replace").strip()
        if current is not None:
            state = {"state": "late"} if process.late else {"state": "died", "note": f"exit {code}: {error[-300:]}"}
            # Once answered is answered; the runs that are missing do not count.
            answers[current] = state | {"times": times}
            left.remove(current)
        elif left:
            for missed in left:
                answers[missed] = {"state": "died", "note": f"not opened, exit {code}: {error[-300:]}"}
            left = []
    return answers, opened


def told_in_time(process, timeout, asking):
    """The lines of a process, until it ends, or until an answer takes longer than `timeout`: then it is killed. Opening, too,
    ends some time."""
    process.late, rest = False, b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(timeout if asking() else max(timeout, 300)):
                process.late = True
                process.kill()
                break
            block = os.read(process.stdout.fileno(), 1 << 16)
            if not block:
                break
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                if line.startswith(b"{"):
                    yield json.loads(line)
    process.wait()


def outcome(told, times):
    if "cannot" in told:
        return {"state": "cannot", "note": told["cannot"]}
    if "error" in told:
        return {"state": "error", "note": told["error"], "times": times}
    warm = times[1:] or times
    return {"state": "ok", "ms": statistics.median(warm), "runs": len(warm), "times": times, "peak_kib": told["peak_kib"],
            "rows": told["rows"]}


# Opening


def opening(engines, name, floor):
    """From the start of a process to its first small answer: from the page cache, and with the file's pages dropped from it."""
    command = [str(part) for part in engines.first(name)]
    figures = {}
    for how in ("warm", "dropped"):
        whole, opened, first = [], [], []
        for _ in range(31 if name == "kenning" else 5):
            if how == "dropped":
                drop(engines.graph(name))
            ms, text = process_ms(command)
            told = lines(text)[-1]
            whole.append(ms), opened.append(told["open_ms"]), first.append(told["first_ms"])
            if sum(whole) > 20_000:
                break
        figures[how] = {"process_ms": statistics.median(whole), "above_floor_ms": statistics.median(whole) - floor,
                        "open_ms": statistics.median(opened), "first_ms": statistics.median(first)}
        figures["peak_kib"] = told["peak_kib"]
    return figures


def drop(path):
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            with open(file, "rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def process_ms(command):
    """What a whole process takes, and what it says."""
    reader, writer = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writer, 1), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.waitpid(child, 0)
    ms = (time.perf_counter() - start) * 1e3
    os.close(writer)
    with open(reader) as said:
        return ms, said.read()


def start_floor(command, runs):
    return statistics.median(process_ms(command)[0] for _ in range(runs))


# All of it


def arguments():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", nargs="?", help="folder of the CSV files (default: below --work)")
    parser.add_argument("--persons", type=int, default=100_000, help="size of the network to make (default 100000)")
    parser.add_argument("--social", default=os.environ.get("SOCIAL", repository.parent / "shared/bench/social.py"),
                        help="the generator (default: $SOCIAL, else ../shared/bench/social.py)")
    parser.add_argument("--work", type=pathlib.Path, default=here / "target" / "rivals",
                        help="folder for environments and graphs")
    parser.add_argument("--engines", default=",".join(ALL), help=f"of {','.join(ALL)} (default: all)")
    parser.add_argument("--only", default="", help="questions whose names hold one of these, separated by commas")
    parser.add_argument("--threads", default="1,0", help="numbers of threads; 0 is as many as there are (default 1,0)")
    parser.add_argument("--runs", type=int, default=11, help="warm runs of a question that takes less than 3 s (default 11)")
    parser.add_argument("--timeout", type=float, default=30, help="seconds that one answer may take (default 30)")
    parser.add_argument("--load-timeout", type=float, default=900, help="seconds that loading may take (default 900)")
    parser.add_argument("--reuse", action="store_true", help="take the graphs that were loaded before, with their figures")
    parser.add_argument("--out", type=pathlib.Path, default=here / "results", help="folder of the table (default results/)")
    parser.add_argument("--table", type=pathlib.Path, help="write the table of this JSON file again, and no more")
    return parser.parse_args()


def main():
    given = arguments()
    if given.table:
        given.table.with_suffix(".md").write_text(table.markdown(json.loads(given.table.read_text())))
        return
    begun = time.time()
    names = [name for name in given.engines.split(",") if name]
    if unknown := [name for name in names if name not in ALL]:
        sys.exit(f"no engine {', '.join(unknown)}; there are {', '.join(ALL)}")
    questions = [question["name"] for question in tomllib.loads((here / "queries.toml").read_text())["query"]]
    questions = [name for name in questions if any(part in name for part in given.only.split(","))]
    if not questions:
        sys.exit(f"no question's name holds {given.only}")
    given.work = given.work.resolve()
    csv = pathlib.Path(given.csv or given.work / f"csv-{given.persons}").resolve()
    made = network.make(csv, given.persons, pathlib.Path(given.social), given.work, environment)
    graphs = given.work / csv.name
    graphs.mkdir(parents=True, exist_ok=True)

    results = {"date": datetime.date.today().isoformat(), "machine": machine(), "commit": commit(), "network": made,
               "settings": {"runs": given.runs, "timeout_s": given.timeout}, "versions": {}, "load": {}, "open": {},
               "point_us": {}, "prepare_us": {}, "answers": {}, "query_process": {}, "alone_kib": {}}
    say("build")
    subprocess.run(["cargo", "build", "--release", "--quiet", "--manifest-path", here / "Cargo.toml"], check=True)
    manifest = tomllib.loads((repository / "Cargo.toml").read_text())
    results["versions"]["kenning"] = manifest["package"]["version"]
    results["versions"]["rustc"] = output("rustc", "--version").split()[1]
    engines = Engines(names, csv, graphs)
    names = [name for name in names if name not in engines.cannot]
    for name, why in engines.cannot.items():
        results["load"][name] = {"error": why}

    known = {name: graphs / f"{name}.load.json" for name in names if name != "floor"}
    kept = [name for name, path in known.items() if given.reuse and path.exists() and engines.graph(name).exists()]
    results["load"] |= {name: json.loads(known[name].read_text()) for name in kept}
    for name, told in load(engines, [name for name in known if name not in kept], given.load_timeout).items():
        results["load"][name] = told
        known[name].write_text(json.dumps(told))
    for name in known:
        results["versions"].setdefault(name, results["load"][name].get("version"))
    names = [name for name in names if "error" not in results["load"].get(name, {})]

    given.out.mkdir(parents=True, exist_ok=True)
    written = given.out / f"{results['date']}-{made['persons']}"

    def keep():
        """What there is so far, so that an end before the end costs only what is missing."""
        results["seconds"] = round(time.time() - begun)
        table.compare(results)
        written.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
        written.with_suffix(".md").write_text(table.markdown(results))

    asked(engines, names, questions, given, results, keep)
    others(engines, names, results)
    alone(engines, names, results, given)
    keep()
    say(f"{written}.md, {results['seconds']} s in all")


def asked(engines, names, questions, given, results, keep):
    for threads in [int(number) for number in given.threads.split(",")]:
        answers = results["answers"][str(threads)] = {question: {} for question in questions}
        for name in names:
            if name == "floor" and threads != 1:
                continue
            before = results["answers"].get("1", {}) if threads != 1 else {}
            late = [question for question in questions if before.get(question, {}).get(name, {}).get("state") == "late"]
            for question in late:
                answers[question][name] = {"state": "late", "note": "with one thread, not asked again"}
            say(f"{name}: questions, {threads or 'all'} threads")
            found, opened = ask(engines, name, threads, [question for question in questions if question not in late], given)
            results["query_process"].setdefault(str(threads), {})[name] = opened
            for question, answer in found.items():
                answers[question][name] = answer
            keep()


def alone(engines, names, results, given):
    """What a question takes that is asked once, by a process that is asked nothing else; of what was answered before.

    The file's pages are dropped before: the system maps pages in as large pieces as it has read or written them in, so that
    otherwise what one question takes would depend on who used the file last."""
    threads, answers = next(iter(results["answers"].items()))
    for name in [name for name in names if name != "floor"]:
        say(f"{name}: memory of each question")
        for question in [question for question in answers if answers[question].get(name, {}).get("state") == "ok"]:
            drop(engines.graph(name))
            found, _ = ask(engines, name, int(threads), [question], argparse.Namespace(runs=0, timeout=4 * given.timeout))
            results["alone_kib"].setdefault(question, {})[name] = found[question].get("peak_kib")


def others(engines, names, results):
    """Opening, look-ups by key, preparing."""
    floor = start_floor([str(BINARIES / "nothing")], 31)
    results["open"]["process"] = floor
    for name in [name for name in names if name != "floor"]:
        say(f"{name}: opening, look-ups")
        if name == "kenning":
            results["open"][name] = opening(engines, name, floor)
            told = lines(output(BINARIES / "study", "--prepare", engines.graph(name)))[-1]
            results["prepare_us"], results["point_us"][name] = told["prepare_us"], told["point_us"]
            continue
        results["open"][name] = opening(engines, name, start_floor([str(engines.interpreter(name)), "-c", "pass"], 5))
        try:
            command = engines.worker(name, "point", engines.graph(name), results["network"]["persons"])
            told = lines(output(*command, timeout=300))
            results["point_us"][name] = told[-1]["point_us"]
        except (subprocess.SubprocessError, IndexError) as error:
            results["point_us"][name] = None
            say(f"{name}: no look-up: {error}")


if __name__ == "__main__":
    main()
