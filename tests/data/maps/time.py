"""Times PyRadiomics' voxel-based extraction on the image of node/radiomics/benches/maps.rs: family, radius, voxels a second."""

import time

import numpy
import SimpleITK
from radiomics import featureextractor, getFeatureClasses, setVerbosity

DIMS = (32, 32, 20)


def case():
    nx, ny, nz = DIMS
    z, y, x = numpy.meshgrid(*(numpy.arange(n) for n in (nz, ny, nx)), indexing="ij")
    index = (z * ny + y) * nx + x
    image = (x * x // 8 + 3 * y + z * x // 2 + (index * 7919) % 17) % 800
    off = [(2 * at + 1 - n) ** 2 / scale for at, n, scale in zip((x, y, z), DIMS, (900, 900, 324))]
    return image.astype("float64"), (sum(off) <= 1).astype("uint8")


def main():
    setVerbosity(50)
    image, mask = (SimpleITK.GetImageFromArray(array) for array in case())
    for item in (image, mask):
        item.SetSpacing((1.0, 1.0, 2.0))
    voxels = int(case()[1].sum())
    for radius in (1, 2):
        for family in ("firstorder", "glcm", "glrlm", "glszm", "ngtdm", "gldm"):
            extractor = featureextractor.RadiomicsFeatureExtractor(binCount=32, kernelRadius=radius, voxelBatch=2000)
            extractor.disableAllFeatures()
            extractor.enableFeatureClassByName(family)
            if family == "glcm":  # MCC is an eigenvalue that IBSI does not have
                names = getFeatureClasses()["glcm"].getFeatureNames()
                wanted = [name for name, is_deprecated in names.items() if name != "MCC" and not is_deprecated]
                extractor.enabledFeatures["glcm"] = wanted
            start, cpu = time.perf_counter(), time.process_time()
            extractor.execute(image, mask, voxelBased=True)
            wall, cpu = time.perf_counter() - start, time.process_time() - cpu
            print(f"{family:10} radius {radius} {voxels} voxels: {wall:.2f} s, CPU {cpu:.2f} s, {voxels / cpu:.0f} voxels/CPU s")


main()
