"""The network: social.py makes it, up to the size where its follows grow out of hand.

There a hub is followed by 0.5 to 5 % of all persons, so follows grow with the square of the persons: 2.4 million at 100,000, but
147 million at a million. From LARGE on the follows are made here instead, with as many followers of a hub as in a network of
100,000: 24 million at a million. Everything else is still of social.py, which is stopped before its follows.
"""

import pathlib
import subprocess
import sys

LARGE = 200_000


def make(folder, persons, social, work, environment):
    """Makes the files when they are not there; the numbers of persons and follows."""
    if not (folder / "Follows.csv").exists():
        if not social.exists():
            sys.exit(f"{folder} holds no network, and {social} is not there to make one; name it by --social or SOCIAL")
        python = environment(work, "3.11", ["numpy"])
        if persons < LARGE:
            subprocess.run([python, social, folder, str(persons)], check=True, stdout=subprocess.DEVNULL)
        else:
            nodes(python, social, folder, persons)
            subprocess.run([python, __file__, folder], check=True)
    return {"folder": folder.name, "persons": count(folder / "Person.csv"), "follows": count(folder / "Follows.csv")}


def count(file):
    with open(file, "rb") as opened:
        return sum(block.count(b"\n") for block in iter(lambda: opened.read(1 << 20), b"")) - 1


def nodes(python, social, folder, persons):
    """All files of social.py but Follows.csv, which it makes last."""
    process = subprocess.Popen([python, "-u", social, folder, str(persons)], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("HasInterest"):
            break
    process.kill()
    process.wait()


def follows(folder):
    """Ten follows a person at random, and 0.5 % of the persons as hubs with 500 to 5,000 followers each."""
    import numpy as np

    n = count(folder / "Person.csv")
    random = np.random.default_rng(20261125)
    pairs = [random.integers(0, n, 10 * n) * n + random.integers(0, n, 10 * n)]
    for hub in random.choice(n, size=n // 200, replace=False):
        pairs.append(random.choice(n, size=int(random.integers(500, 5_000)), replace=False) * n + hub)
    pairs = np.unique(np.concatenate(pairs))
    sources, targets = pairs // n, pairs % n
    kept = sources != targets
    sources, targets = sources[kept] + 1, targets[kept] + 1
    unfinished = folder / "Follows.part"
    with open(unfinished, "w") as file:
        file.write("from,to\n")
        for start in range(0, len(sources), 1_000_000):
            block = zip(sources[start:start + 1_000_000].tolist(), targets[start:start + 1_000_000].tolist())
            file.write("".join(f"{source},{target}\n" for source, target in block))
    unfinished.rename(folder / "Follows.csv")


if __name__ == "__main__":
    follows(pathlib.Path(sys.argv[1]))
