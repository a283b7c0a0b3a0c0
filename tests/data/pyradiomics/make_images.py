"""Records the voxels of PyRadiomics' derived images: images.csv.gz, and statistics of the CT phantom's.

Usage: python make_images.py REPOSITORY [CT_IMAGE CT_MASK]
Needs pyradiomics 3.1.0 with SimpleITK 2.5.7, PyWavelets 1.9.0, scikit-image 0.26.0, trimesh 5.2.0, numpy 1.26.4, and
scipy 1.12.0: PyRadiomics' 3D local binary pattern asks for names that later versions of scipy have removed.
"""

import csv
import gzip
import io
import logging
import sys

import numpy as np
import SimpleITK as sitk
from radiomics import imageoperations as ops

logging.getLogger("radiomics").setLevel(logging.ERROR)


def synthetic(dims, spacing, kind):
    """A linear congruential sequence over the voxels, x fastest; whole numbers from -300 to 723, or those / 7."""
    state, values = 12345, []
    for index in range(int(np.prod(dims))):
        state = (state * 1103515245 + 12345) % 2**31
        values.append((state >> 16) % 1024 - 300)
    array = np.array(values).reshape(dims[::-1])
    # a flat region: equal neighbours, a gradient of zero
    array[: dims[2] // 2, : dims[1] // 2, : dims[0] // 2] = 40
    array = array.astype("int16") if kind == "int16" else array / 7.0
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing)
    return image


def case(image, start, dims):
    mask = np.zeros(image.GetSize()[::-1], dtype="uint8")
    box = tuple(slice(s, s + n) for s, n in zip(start[::-1], dims[::-1]))
    mask[box] = 1
    mask = sitk.GetImageFromArray(mask)
    mask.CopyInformation(image)
    return image, mask, box


def derived(image, mask):
    """Name and image, for the types and settings of node/radiomics/tests/pyradiomics_images.rs."""
    log = {"sigma": [1.0, 2.5, 4.0, 40.0]}
    seven = {"lbp2DMethod": "default", "lbp2DRadius": 1.5, "lbp2DSamples": 7}
    fine = {"lbp3DLevels": 4, "lbp3DIcosphereRadius": 2, "lbp3DIcosphereSubdivision": 2}
    # the tolerance is relative to the largest magnitude of the recorded voxels; 0 means the same bits
    calls = [
        ("", ops.getWaveletImage, {}, 0),
        ("haar2:", ops.getWaveletImage, {"wavelet": "haar", "level": 2}, 0),
        ("start:", ops.getWaveletImage, {"wavelet": "bior2.2", "start_level": 1}, 0),
        ("flat:", ops.getWaveletImage, {"wavelet": "db9", "force2D": True, "force2Ddimension": 1}, 0),
        ("", ops.getLoGImage, log, 0),
        ("", ops.getSquareImage, {}, 0),
        ("", ops.getSquareRootImage, {}, 0),
        ("", ops.getLogarithmImage, {}, 1e-15),
        ("", ops.getExponentialImage, {}, 1e-15),
        ("", ops.getGradientImage, {}, 0),
        ("voxel:", ops.getGradientImage, {"gradientUseSpacing": False}, 0),
        ("", ops.getLBP2DImage, {}, 0),
        ("seven:", ops.getLBP2DImage, seven, 0),
        ("ror:", ops.getLBP2DImage, {"lbp2DMethod": "ror", "force2D": True, "force2Ddimension": 1}, 0),
        ("nri:", ops.getLBP2DImage, {"lbp2DMethod": "nri_uniform", "force2D": True, "force2Ddimension": 2}, 0),
        ("var:", ops.getLBP2DImage, {"lbp2DMethod": "var"}, 0),
        ("", ops.getLBP3DImage, {}, 2e-15),
        ("fine:", ops.getLBP3DImage, fine, 2e-15),
    ]
    for prefix, call, settings, tolerance in calls:
        for filtered, name, _ in call(image, mask, **settings):
            yield prefix + name, filtered, tolerance


def record(repository):
    pet = sitk.ReadImage(f"{repository}/tests/data/sts/pet/STS_010/PET_image.nii.gz")
    whole, spacing = (7, 8, 5), (0.8, 1.1, 2.5)
    cases = {
        "whole": case(synthetic(whole, spacing, "int16"), (0, 0, 0), whole),
        "double": case(synthetic((11, 10, 13), spacing, "double"), (3, 0, 5), (6, 5, 4)),
        "pet-centre": case(pet, (12, 12, 20), (5, 4, 6)),
        "pet-corner": case(pet, (29, 27, 55), (5, 4, 4)),
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "image", "type", "tolerance", "voxels"])
    for name, (image, mask, box) in cases.items():
        for prefix, filtered, tolerance in derived(image, mask):
            array = sitk.GetArrayFromImage(filtered)
            row = " ".join(str(x).removesuffix(".0") for x in array[box].ravel())
            writer.writerow([name, prefix, array.dtype, tolerance, row])
    with open("images/images.csv.gz", "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(text.getvalue().encode())


def phantom(image, mask):
    """Mean, standard deviation and every 12,527th voxel of the region: numbers, no image."""
    image, mask = sitk.ReadImage(image), sitk.ReadImage(mask)
    inside = sitk.GetArrayFromImage(mask) == 1
    with open("images/ct_phantom.csv", "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "mean", "std", "tolerance", "voxels"])
        calls = [(ops.getWaveletImage, {}), (ops.getLoGImage, {"sigma": [1.0, 3.0, 5.0]}), (ops.getGradientImage, {})]
        for call, settings in calls:
            for filtered, name, _ in call(image, mask, **settings):
                values = sitk.GetArrayFromImage(filtered)[inside].astype("float64")
                sample = " ".join(repr(float(x)) for x in values[::12527])
                writer.writerow([name, repr(values.mean()), repr(values.std()), 1e-12, sample])


if __name__ == "__main__":
    record(sys.argv[1])
    if len(sys.argv) > 2:
        phantom(sys.argv[2], sys.argv[3])
