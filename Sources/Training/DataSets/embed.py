#!/usr/bin/env python3
"""Writes IrisText.swift, WineText.swift and DigitsText.swift: the data sets as scikit-learn ships them.

    python Sources/Training/DataSets/embed.py

A line a row: the class, then the features. A digit's 64 pixels are one letter each, a for 0 to q for 16.
It needs scikit-learn only.
"""

from pathlib import Path

from sklearn import datasets

HERE = Path(__file__).resolve().parent


def number(value):
    return repr(int(value)) if value == int(value) else repr(float(value))


def write(name, source, lines):
    text = [
        f"// Made by embed.py beside it. {source}",
        "",
        f"let {name}Text = \"\"\"",
        *["  " + line for line in lines],
        '  """',
    ]
    (HERE / f"{name.capitalize()}Text.swift").write_text("\n".join(text) + "\n")


for name, source in [
    ("iris", "Fisher 1936: length and width of sepals and petals in cm."),
    ("wine", "Forina et al. 1991 (UCI): thirteen measurements of wines of three cultivars."),
]:
    rows, classes = getattr(datasets, f"load_{name}")(return_X_y=True)
    write(name, source, [f"{c} " + " ".join(map(number, row)) for c, row in zip(classes, rows)])

rows, classes = datasets.load_digits(return_X_y=True)
write(
    "digits", "Alpaydin and Kaynak 1998 (UCI): handwritten digits, 8 x 8 pixels.",
    [f"{c} " + "".join(chr(ord("a") + int(v)) for v in row) for c, row in zip(classes, rows)])
