"""Writes icc.csv: intraclass correlations of small tables by pingouin (`pip install pingouin`; version in SOURCES.md)."""

import itertools
import random

import pandas
import pingouin

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def drawn(seed, subjects, raters, noise):
    draw = random.Random(seed)
    truth = [draw.gauss(0, 1) for _ in range(subjects)]
    bias = [draw.gauss(0, 0.5) for _ in range(raters)]
    return [[round(t + b + draw.gauss(0, noise), 6) for b in bias] for t in truth]


def numbers(table):
    cells = itertools.product(range(len(table)), range(len(table[0])))
    long = pandas.DataFrame([(s, r, table[s][r]) for s, r in cells], columns=["subject", "rater", "value"])
    found = pingouin.intraclass_corr(long, "subject", "rater", "value").set_index("Type")
    for form in ["ICC(1,1)", "ICC(A,1)", "ICC(C,1)"]:
        row = found.loc[form]
        yield from [row["ICC"], *row["CI95"]]


def main():
    pingouin.options["round.column.CI95"] = 12
    tables = {"shrout-fleiss": SHROUT_FLEISS}
    for seed, (subjects, raters, noise) in enumerate([(10, 2, 0.2), (40, 3, 1.0), (5, 8, 0.05), (30, 2, 5.0)]):
        tables[f"drawn-{subjects}x{raters}"] = drawn(seed, subjects, raters, noise)
    forms = ["one_way", "random_raters", "fixed_raters"]
    print("table", *[f"{form}{end}" for form in forms for end in ["", "_lower", "_upper"]], "rows", sep=",")
    for name, table in tables.items():
        rows = ";".join(" ".join(str(v) for v in row) for row in table)
        print(name, *[repr(round(float(x), 12)) for x in numbers(table)], rows, sep=",")


main()
