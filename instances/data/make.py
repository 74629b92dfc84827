#!/usr/bin/env python3
"""Writes points to ask networks about.

    python instances/data/make.py [NAME ...]

writes NAME.csv next to this file: the rows of a data set that the networks of
instances/networks were not trained on, scaled as train.py there scales them, with the
class as the last column. It needs numpy and scikit-learn only. A name is a data set of
train.py; without one all of NAMES are written. Numbers are the shortest decimals that
read back as the same doubles.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "networks"))

from train import TITLES, load  # noqa: E402

NAMES = ["iris"]


def make(name):
    _, rows, _, classes = load(name)
    lines = [
        f"# {TITLES[name]}: the {len(rows)} rows held out of training, features min-max scaled to [0,1]",
        f"# python instances/data/make.py {name}",
        ",".join([f"x{i}" for i in range(rows.shape[1])] + ["class"]),
    ]
    lines += [",".join([repr(float(value)) for value in row] + [str(int(label))])
              for row, label in zip(rows, classes)]
    (HERE / f"{name}.csv").write_text("\n".join(lines) + "\n")
    print(f"{name}: {len(rows)} rows, {rows.shape[1]} features", flush=True)


if __name__ == "__main__":
    for argument in sys.argv[1:] or NAMES:
        make(argument)
