"""Reference values of interpolation by scipy.ndimage.map_coordinates: `python make.py > scipy.csv` (see SOURCES.md)."""
import numpy as np
import scipy.ndimage

CASES = [  # dims x, y, z; spacing; new spacing (0 keeps an axis)
    ((7, 6, 5), (1.0, 1.0, 3.0), (0.7, 1.3, 2.0)),
    ((9, 4, 1), (0.977, 0.977, 3.0), (2.0, 2.0, 0.0)),
    ((2, 3, 30), (5.0, 4.0, 1.0), (2.5, 6.0, 1.7)),
]
print("dims,spacing,new_spacing,order,new_dims,values")
for dims, spacing, new in CASES:
    index = np.arange(np.prod(dims)).reshape(dims[::-1])
    image = ((index * 7919) % 1009) / 4.0
    axes = []
    for n, s, t in zip(dims, spacing, new):
        if t == 0:
            axes.append(np.arange(n, dtype=float))
        else:
            m = int(np.ceil(n * s / t - 1e-4))
            axes.append(0.5 * (n - 1) + t / s * (np.arange(m) - 0.5 * (m - 1)))
    at = np.meshgrid(*axes[::-1], indexing="ij")
    for order in (0, 1, 3):
        values = scipy.ndimage.map_coordinates(image, at, order=order, mode="nearest")
        text = lambda xs: " ".join(str(x) for x in xs)
        shape = [len(a) for a in axes]
        print(text(dims), text(spacing), text(new), order, text(shape), " ".join(f"{v:.17g}" for v in values.ravel()), sep=",")
