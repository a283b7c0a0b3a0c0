"""One extraction by PyRadiomics as node/radiomics/benches/pyradiomics.rs makes it: features, CPU seconds, peak MiB.

Arguments: preset, folder of the phantom. CPU seconds include reading the files, not importing the library.
"""

import logging
import resource
import sys
import time

from radiomics import featureextractor, logger

logger.setLevel(logging.ERROR)
preset, folder = sys.argv[1:]
before = time.process_time()
extractor = featureextractor.RadiomicsFeatureExtractor(additionalInfo=False)
if preset != "pyradiomics-107":
    extractor.enableImageTypeByName("Wavelet")
if preset == "pyradiomics-1130":
    extractor.enableImageTypeByName("LoG", customArgs={"sigma": [1.0, 2.0, 3.0]})
if preset == "pyradiomics-1316":
    for image in ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient"):
        extractor.enableImageTypeByName(image)
features = extractor.execute(f"{folder}/image.nii.gz", f"{folder}/mask.nii.gz")
count = sum(1 for name in features if not name.startswith("diagnostics"))
print(count, time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
