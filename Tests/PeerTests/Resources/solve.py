"""Solves .mps and .lp files with HiGHS, to a gap of 0; writes one line of JSON a file.

usage: python solve.py ANSWERS FILE...

HiGHS prints a banner whatever its options say, so the answers go to a file.
"""

import json
import sys

import highspy

OPTIONS = {
    "output_flag": False,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "threads": 1,
    "time_limit": 60.0,
}


def solve(path):
    solver = highspy.Highs()
    for name, value in OPTIONS.items():
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            sys.exit(f"HiGHS does not take the option {name}")
    if solver.readModel(path) != highspy.HighsStatus.kOk:
        sys.exit(f"HiGHS does not read {path} without a warning")
    solver.run()
    return {
        "isOptimal": solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        "objective": solver.getInfo().objective_function_value,
        "columns": list(solver.getSolution().col_value),
    }


with open(sys.argv[1], "w", encoding="ascii") as answers:
    for path in sys.argv[2:]:
        print(json.dumps(solve(path)), file=answers)
