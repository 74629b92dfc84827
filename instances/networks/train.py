"""Train the small real networks of LipBench and write them as JSON.

    python instances/networks/train.py [NAME ...]

writes NAME.json next to this file for each name given, or for every network in the
table NETWORKS below when none is given. It needs numpy and scikit-learn only; run it
with OMP_NUM_THREADS=1 to keep to one core. `python instances/networks/train.py --list`
prints the names.

A name is the data set and then the widths of the layers, so `iris-4-8-8-3` has four
inputs, two hidden layers of eight rectified linear units, and three outputs; in
`surface-2-20x9-1` there are nine hidden layers of twenty. Those in the folder `wide` have layers
too wide for an exact constant in seconds; their pairs of layers are what SeqLip is measured on.

The data
    iris, wine, breast-cancer, digits   classification, as scikit-learn ships them
    diabetes                            regression on the standardised target when there
                                        is one output, classification of the terciles of
                                        the target when there are three
    breast-cancer:11, diabetes:9        the same, the first so many features only; so is
                                        the data of a network with fewer inputs than
                                        features (breast-cancer has 30, diabetes 10)
    surface                             regression on one smooth random surface over
                                        [0,1]^2: a sample of a Gaussian process with a
                                        squared exponential kernel of length scale 0.2,
                                        drawn by random Fourier features with a fixed
                                        seed; 15000 uniform training points, the number
                                        of points in section 7 of Scaman and Virmaux
                                        (2018), and 5000 more held out

Every feature is scaled by minimum and maximum over all rows, so that the box [0,1]^n is
the box of the data; it is written as the network's domain. A fifth of the rows is held
out of the training (stratified by class when classifying), except for the surface.

The network written is the one before the soft maximum or the logistic function: its
outputs are scores. Binary classification has one output, and the sign of it decides.
Weights are rounded to single precision; the numbers in the file are the shortest decimals
that read back, in double precision, as exactly those single-precision values.
The accuracies in the description are those of the rounded network.

Each seed was chosen, among up to sixty, for a network that fits well and has many units
that are active on some rows and not on others: the ones that make the problem hard.
For the two iris networks it was chosen also so that the Lipschitz constant over the box,
the one over the whole space and the maximum over free activation patterns all differ;
with most seeds two or all three of them coincide.
The sizes 9-16-16-1, 11-12-12-1, 11-24-24-1 and 13-20-16-8-3 are those on which other exact
methods were measured. Their seeds follow one rule, and how long a search takes has no part in it:
of the seeds 0 to 59 whose held-out score is within 0.03 of the best, the one with the most
units that are active on some rows and not on others.
Seeds are fixed, but training is a long floating-point computation: another version of
numpy, its BLAS, or scikit-learn can give slightly different weights. The files that are
committed are the instances; this program is the record of where they came from.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor

HERE = Path(__file__).resolve().parent

# Quasi-Newton on all rows at once for the small data sets, Adam for the large ones.
LBFGS = dict(solver="lbfgs", max_iter=5000, max_fun=20000, tol=1e-7)
ADAM = dict(solver="adam", tol=0.0, n_iter_no_change=10000)

# name: (data set, hidden widths, seed, settings of scikit-learn's estimator)
NETWORKS = {
    "iris-4-5-5-3": ("iris", [5, 5], 26, dict(LBFGS, alpha=0.03)),
    "iris-4-8-8-3": ("iris", [8, 8], 33, dict(LBFGS, alpha=0.03)),
    "wine-13-10-3": ("wine", [10], 24, dict(LBFGS, alpha=0.1)),
    "wine-13-12-8-3": ("wine", [12, 8], 35, dict(LBFGS, alpha=0.03)),
    "wine-13-20-16-8-3": ("wine", [20, 16, 8], 3, dict(LBFGS, alpha=0.1)),
    "breast-cancer-30-12-6-1": ("breast-cancer", [12, 6], 0, dict(LBFGS, alpha=0.3)),
    "breast-cancer-11-12-12-1": (
        "breast-cancer:11", [12, 12], 49, dict(LBFGS, alpha=0.1)),
    "breast-cancer-11-24-24-1": (
        "breast-cancer:11", [24, 24], 59, dict(LBFGS, alpha=0.1)),
    "diabetes-9-16-16-1": ("diabetes:9", [16, 16], 22, dict(LBFGS, alpha=1.0)),
    "diabetes-10-8-8-1": ("diabetes", [8, 8], 5, dict(LBFGS, alpha=0.3)),
    "diabetes-10-15-10-3": ("diabetes-terciles", [15, 10], 17, dict(LBFGS, alpha=1.0)),
    "diabetes-10-30-30-30-3": (
        "diabetes-terciles", [30, 30, 30], 1, dict(LBFGS, alpha=2.5)),
    "digits-64-16-10": ("digits", [16], 0, dict(LBFGS, alpha=1.0)),
    "digits-64-24-16-10": ("digits", [24, 16], 0, dict(LBFGS, alpha=1.0)),
    "wide/digits-64-50-50-10": ("digits", [50, 50], 0, dict(LBFGS, alpha=1.0)),
    "wide/digits-64-100-100-10": ("digits", [100, 100], 0, dict(LBFGS, alpha=1.0)),
    "surface-2-10-10-1": ("surface", [10, 10], 0, dict(LBFGS, alpha=0.01)),
    "surface-2-20-20-20-1": ("surface", [20] * 3, 0, dict(LBFGS, alpha=0.01, max_iter=2000)),
    # No weight decay: under Adam it takes every unit that dies to exactly zero, and 15000
    # points leave little to overfit.
    "surface-2-20x9-1": (
        "surface", [20] * 9, 0,
        dict(ADAM, alpha=0, batch_size=200, learning_rate_init=2e-3, max_iter=60)),
}

TITLES = {
    "iris": "scikit-learn's iris data (150 rows, three classes)",
    "wine": "scikit-learn's wine data (178 rows, three classes)",
    "breast-cancer": "scikit-learn's breast cancer data (569 rows, two classes)",
    "digits": "scikit-learn's digits data (1797 images of 8x8, ten classes)",
    "diabetes": "scikit-learn's diabetes data (442 rows, target standardised)",
    "diabetes-terciles":
        "scikit-learn's diabetes data (442 rows, classes the terciles of the target)",
    "surface":
        "a Gaussian-process surface on [0,1]^2 (squared exponential kernel, length scale "
        "0.2, by random Fourier features; 15000 training points)",
}


def surface(points):
    """One fixed random surface at the rows of `points`, standardised."""
    length_scale, features = 0.2, 500
    random = np.random.default_rng(20180528)
    frequencies = random.normal(size=(2, features)) / length_scale
    phases = random.uniform(0, 2 * np.pi, size=features)
    amplitudes = random.normal(size=features) * np.sqrt(2 / features)

    def value(at):
        return np.cos(at @ frequencies + phases) @ amplitudes

    steps = np.linspace(0, 1, 101)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    on_grid = value(grid)
    return (value(points) - on_grid.mean()) / on_grid.std()


def kept(data):
    """The data set's name, and how many features are kept, the first ones; None for all."""
    name, _, count = data.partition(":")
    return name, int(count) if count else None


def load(data):
    """Training rows, held-out rows, training targets, held-out targets."""
    data, features = kept(data)
    if data == "surface":
        random = np.random.default_rng(7)
        train, held = random.uniform(size=(15000, 2)), random.uniform(size=(5000, 2))
        return train, held, surface(train), surface(held)
    if data.startswith("diabetes"):
        rows, target = datasets.load_diabetes(return_X_y=True, scaled=False)
        if data == "diabetes":
            target = (target - target.mean()) / target.std()
        else:
            target = np.digitize(target, np.quantile(target, [1 / 3, 2 / 3]))
    else:
        loader = getattr(datasets, "load_" + data.replace("-", "_"))
        rows, target = loader(return_X_y=True)
    rows = rows[:, :features]
    low, high = rows.min(axis=0), rows.max(axis=0)
    # A feature that never varies (a few corner pixels of the digits) becomes zero.
    rows = (rows - low) / np.where(high > low, high - low, 1)
    stratify = None if data == "diabetes" else target
    return train_test_split(
        rows, target, test_size=0.2, random_state=0, stratify=stratify)


def fit(data, hidden, seed, settings):
    """The fitted estimator and the data it was fitted to."""
    split = load(data)
    kind = MLPRegressor if kept(data)[0] in ("diabetes", "surface") else MLPClassifier
    model = kind(hidden_layer_sizes=hidden, activation="relu", random_state=seed,
                 **settings)
    with warnings.catch_warnings():
        # The cap on iterations is part of the recipe.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(split[0], split[2])
    return model, split


def rounded(array):
    """The nearest single-precision values, held in double precision."""
    return array.astype(np.float32).astype(np.float64)


def layers_of(model):
    """Pairs of a weight matrix, outputs by inputs, and a bias."""
    return [(rounded(weights.T), rounded(bias))
            for weights, bias in zip(model.coefs_, model.intercepts_)]


def forward(layers, rows):
    """The outputs at each row, and for each hidden layer which units are active."""
    active = []
    for index, (weights, bias) in enumerate(layers):
        rows = rows @ weights.T + bias
        if index < len(layers) - 1:
            active.append(rows > 0)
            rows = np.maximum(rows, 0)
    return rows, active


def score(layers, data, rows, target):
    """Accuracy when classifying, the coefficient of determination in regression."""
    outputs, _ = forward(layers, rows)
    if kept(data)[0] in ("diabetes", "surface"):
        return r2_score(target, outputs[:, 0])
    if outputs.shape[1] == 1:
        return np.mean((outputs[:, 0] > 0) == target)
    return np.mean(np.argmax(outputs, axis=1) == target)


def unvarying(layers, rows):
    """In each hidden layer, how many units are active on no row, and on all rows."""
    _, active = forward(layers, rows)
    return [(int(np.sum(~layer.any(axis=0))), int(np.sum(layer.all(axis=0))))
            for layer in active]


def vector(values):
    # repr is Python's shortest decimal that reads back as the same double.
    return "[" + ", ".join(repr(float(value)) for value in values) + "]"


def text(name, layers, description):
    """The JSON file, one row of a matrix on each line."""
    inputs = layers[0][0].shape[1]
    parts = []
    for weights, bias in layers:
        matrix = ",\n".join("        " + vector(row) for row in weights)
        parts.append('    {\n      "weights": [\n' + matrix + "\n      ],\n"
                     '      "bias": ' + vector(bias) + "\n    }")
    zeros, ones = ", ".join(["0"] * inputs), ", ".join(["1"] * inputs)
    return ("{\n"
            f'  "name": {json.dumps(name)},\n'
            '  "activation": "relu",\n'
            '  "layers": [\n' + ",\n".join(parts) + "\n  ],\n"
            f'  "domain": {{"lower": [{zeros}], "upper": [{ones}]}},\n'
            f'  "description": {json.dumps(description)}\n'
            "}\n")


def describe(data, seed, settings, model, on_train, on_held):
    solver = {"lbfgs": "L-BFGS", "adam": "Adam"}[settings["solver"]]
    kind = type(model).__name__
    measure = "R^2" if kind == "MLPRegressor" else "accuracy"
    name, features = kept(data)
    if features:
        scaling = f", the first {features} features min-max scaled to [0,1]"
    else:
        scaling = "" if name == "surface" else ", features min-max scaled to [0,1]"
    before = {"MLPRegressor": "", "MLPClassifier": ", the scores before the "
              + ("logistic function" if model.n_outputs_ == 1 else "softmax")}[kind]
    return (f"Trained on {TITLES[name]}{scaling}, by scikit-learn's {kind} with {solver}, "
            f"alpha {settings['alpha']:g} and seed {seed}{before}; {measure} "
            f"{on_train:.3f} in training and {on_held:.3f} held out.")


def make(name):
    data, hidden, seed, settings = NETWORKS[name]
    model, (train, held, train_target, held_target) = fit(data, hidden, seed, settings)
    layers = layers_of(model)
    on_train = score(layers, data, train, train_target)
    on_held = score(layers, data, held, held_target)
    description = describe(data, seed, settings, model, on_train, on_held)
    (HERE / f"{name}.json").write_text(text(Path(name).name, layers, description))
    print(f"{name}: {on_train:.4f} in training, {on_held:.4f} held out, "
          f"{model.n_iter_} iterations; units (never, always) active in each layer: "
          f"{unvarying(layers, np.concatenate([train, held]))}", flush=True)


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(NETWORKS))
        return
    unknown = [name for name in arguments if name not in NETWORKS]
    if unknown:
        sys.exit(f"train.py: no such network: {', '.join(unknown)} (see --list)")
    for name in arguments or NETWORKS:
        make(name)


if __name__ == "__main__":
    main(sys.argv[1:])
