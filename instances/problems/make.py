#!/usr/bin/env python3
"""Makes every instance of this folder and prints its ledger lines, solved anew.

    python3 instances/problems/make.py [SECONDS] > lines.tsv      (LIPBENCH names the built tool)

An instance is `lipbench generate FAMILY PARAMETERS --seed S`, or the reduction of one. Planted optima and closed forms stand in
the files with their proofs; everything else is solved within SECONDS (default 120).
"""
import json
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
tool = os.environ.get("LIPBENCH", os.path.join(here, "..", "..", ".build", "release", "lipbench"))
seconds = sys.argv[1] if len(sys.argv) > 1 else "120"

GENERATED = """
complete-12 complete n=12
complete-101 complete n=101
cycle-31 cycle n=31
cycle-120 cycle n=120
complete-bipartite-7-9 complete-bipartite a=7 b=9
petersen petersen
hypercube-4 hypercube d=4
hypercube-7 hypercube d=7
torus-5-5 torus-2d rows=5 columns=5
torus-10-11 torus-2d rows=10 columns=11
torus-13-15 torus-2d rows=13 columns=15
bipartite-planted-30 bipartite-planted n=30 --seed 1
bipartite-planted-120 bipartite-planted n=120 density=0.1 weight=9 --seed 2
gnp-20 gnp n=20 p=0.5 --seed 1
gnp-40 gnp n=40 p=0.2 --seed 2
gnp-100-sparse gnp n=100 p=0.02 --seed 3
regular-3-50 regular n=50 d=3 --seed 1
regular-3-100 regular n=100 d=3 --seed 2
regular-4-40 regular n=40 d=4 --seed 3
g05-30 g05 n=30 --seed 1
g05-50 g05 n=50 --seed 2
g05-60 g05 n=60 --seed 3
pm1s-60 pm1s n=60 --seed 1
pm1d-30 pm1d n=30 --seed 1
pm1d-40 pm1d n=40 --seed 2
w-40 w n=40 density=0.5 --seed 1
pw-40 pw n=40 density=0.5 --seed 1
torus-2d-pm1-6 torus-2d-pm1 rows=6 columns=6 --seed 1
torus-2d-pm1-10 torus-2d-pm1 rows=10 columns=10 --seed 2
torus-3d-pm1-3 torus-3d-pm1 length=3 width=3 height=3 --seed 1
torus-2d-gauss-7 torus-2d-gauss rows=7 columns=7 --seed 1
torus-2d-gauss-8 torus-2d-gauss rows=8 columns=8 --seed 2
torus-3d-gauss-3 torus-3d-gauss length=3 width=3 height=4 --seed 1
sk-20 sk n=20 --seed 1
sk-30 sk n=30 --seed 2
sk-40 sk n=40 --seed 3
wishart-30-0.3 wishart n=30 alpha=0.3 --seed 1
wishart-40-0.5 wishart n=40 alpha=0.5 --seed 2
wishart-50-0.8 wishart n=50 alpha=0.8 --seed 3
wishart-60-1.2 wishart n=60 alpha=1.2 --seed 4
wishart-100-0.6 wishart n=100 alpha=0.6 --seed 5
tile-6 tile-planting size=6 --seed 1
tile-8 tile-planting size=8 c1=0.5 c2=0.2 c3=0.1 --seed 2
tile-12 tile-planting size=12 --seed 3
loops-8 frustrated-loops size=8 --seed 1
xorsat-15 xorsat-3 n=15 --seed 1
xorsat-25 xorsat-3 n=25 --seed 2
xorsat-60 xorsat-3 n=60 --seed 3
qcmh-20 qcmh-gauss n=20 --seed 1
qcmh-30 qcmh-gauss n=30 --seed 2
qcmh-40-rank-3 qcmh-gauss n=40 rank=3 --seed 3
partition-16 partition n=16 kappa=0.8 --seed 1
partition-20 partition n=20 kappa=1.0 --seed 2
partition-24 partition n=24 kappa=1.2 --seed 3
partition-planted-20 partition-planted n=20 bits=24 --seed 1
greedy-trap-20 greedy-trap n=20
autolip-gap-100 autolip-gap ratio=100
fgl-gap-50 fgl-gap ratio=50
degenerate-2-6-6-1 degenerate-network --seed 1
nonnegative-5-8-8-2 nonnegative-network --seed 1
"""

# name, source, target kind
REDUCED = [
    ("petersen-lip-cst", "petersen", "lip-cst"),
    ("torus-5-5-lip-cst", "torus-5-5", "lip-cst"),
    ("hypercube-4-lip-cst", "hypercube-4", "lip-cst"),
    ("sk-20-lip-cst", "sk-20", "lip-cst"),
    ("partition-16-lip-cst", "partition-16", "lip-cst"),
    ("xorsat-15-qubo", "xorsat-15", "qubo"),
    ("wishart-30-0.3-qubo", "wishart-30-0.3", "qubo"),
    ("wishart-40-0.5-max-cut", "wishart-40-0.5", "max-cut"),
]


def run(*arguments):
    return subprocess.run([tool, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def line(name, command):
    path = os.path.join(here, name + ".json")
    with open(path) as file:
        content = json.load(file)
    if "layers" in content:
        answer = json.loads(run("exact", path, "--json", "--quiet", "--time-limit", seconds).stdout)
        known = f"exact ({answer['engine']})" if answer["status"] == "optimal" else "best bounds"
        sizes = answer["network"]["architecture"]
        row = ["network", sizes, "all", repr(answer["lower"]), repr(answer["upper"]), known]
    else:
        answer = json.loads(run("maximize", path, "--json", "--quiet", "--time-limit", seconds).stdout)
        lower, upper = answer["exact"]["lower"], answer["exact"]["upper"]
        known = f"proved ({answer['engine']})" if answer["status"] == "optimal" else "best bounds"
        planted = content.get("planted")
        if planted:
            value = str(planted["value"])
            assert answer["status"] != "optimal" or value == answer["exact"]["value"], name
            lower = upper = value
            known = "planted" + (f", proved ({answer['engine']})" if answer["status"] == "optimal" else "")
        row = [answer["kind"], str(answer["variables"]), answer["sense"], lower, upper, known]
    print("\t".join(["problems/" + name + ".json", *row, command]), flush=True)


for entry in GENERATED.strip().splitlines():
    name, *arguments = entry.split()
    made = run("generate", *arguments, "-o", os.path.join(here, name + ".json"))
    assert made.returncode == 0, entry
    line(name, "lipbench generate " + " ".join(arguments))
for name, source, kind in REDUCED:
    made = run("reduce", os.path.join(here, source + ".json"), "--to", kind, "-o", os.path.join(here, name + ".json"))
    assert made.returncode == 0, name
    line(name, f"lipbench reduce problems/{source}.json --to {kind}")
