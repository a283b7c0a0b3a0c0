"""Reference values of the robust rules: numpy for medians and distances, scipy for trimmed means.

Krum and Multi-Krum are written from Blanchard et al. 2017, section 4: the score of a vector is the sum of its squared
distances to the n - f - 2 nearest others; Krum takes the vector with the lowest score, Multi-Krum averages the n - f - 2 lowest.
Values are whole and small enough for float64 to be exact; means are rounded by numpy.rint (halves to even).
Run: python make.py > reference.json
"""

import json

import numpy as np
import scipy
from scipy.stats import trim_mean


def krum(vectors, liars):
    n = len(vectors)
    keep = n - liars - 2
    differences = vectors[:, None, :] - vectors[None, :, :]
    distances = np.einsum("ijk,ijk->ij", differences, differences)
    scores = np.array([np.sort(np.delete(row, i))[:keep].sum() for i, row in enumerate(distances)])
    assert len(set(scores)) == n, "ties are tested elsewhere"
    return np.argsort(scores), keep


def case(rng, n, liars, places):
    honest = rng.normal(0, 1, places) * 2**17 + rng.normal(0, 2**13, (n, places))
    honest[:liars] = rng.uniform(-(2**20), 2**20, (liars, places))
    vectors = np.rint(honest)
    order, keep = krum(vectors, liars)
    whole = lambda values: [int(v) for v in np.rint(values)]
    return {
        "liars": liars,
        "vectors": [whole(v) for v in vectors],
        "median": whole(np.median(vectors, axis=0)),
        "trimmed-mean": whole(trim_mean(vectors, (liars + 0.01) / n, axis=0)),
        "krum": whole(vectors[order[0]]),
        "multi-krum": whole(vectors[order[:keep]].mean(axis=0)),
        "norm-bound": whole(vectors.mean(axis=0)),
    }


rng = np.random.default_rng(20261126)
shapes = [(5, 1, 6), (6, 1, 5), (7, 2, 8), (8, 2, 7), (9, 3, 6), (12, 4, 9), (40, 10, 4)]
cases = [case(rng, *shape) for shape in shapes for _ in range(3)]
print(json.dumps({"made_with": f"numpy {np.__version__}, scipy {scipy.__version__}", "cases": cases}, indent=None))
