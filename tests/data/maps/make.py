"""Writes voxelwise.csv: features of PyRadiomics 3.1.0 at voxels of a small made image (`voxelBased=True`).

The image and the mask are formulas, which node/radiomics/tests/maps.rs repeats.
"""

import numpy
import SimpleITK
from radiomics import featureextractor, setVerbosity

NX, NY, NZ = 14, 12, 8
EVERY = 37

FEATURES = {
    "firstorder": {
        "Mean": "stat_mean",
        "Variance": "stat_var",
        "10Percentile": "stat_p10",
        "90Percentile": "stat_p90",
        "InterquartileRange": "stat_iqr",
        "RobustMeanAbsoluteDeviation": "stat_rmad",
        "Skewness": "stat_skew",
        "Entropy": "ih_entropy",
        "Uniformity": "ih_uniformity",
    },
    "glcm": {
        "Contrast": "cm_contrast_3D_avg",
        "Correlation": "cm_corr_3D_avg",
        "ClusterShade": "cm_clust_shade_3D_avg",
        "ClusterProminence": "cm_clust_prom_3D_avg",
        "JointEntropy": "cm_joint_entr_3D_avg",
        "DifferenceEntropy": "cm_diff_entr_3D_avg",
        "SumEntropy": "cm_sum_entr_3D_avg",
        "Idn": "cm_inv_diff_norm_3D_avg",
        "Idmn": "cm_inv_diff_mom_norm_3D_avg",
        "Imc1": "cm_info_corr1_3D_avg",
        "MaximumProbability": "cm_joint_max_3D_avg",
    },
    "glrlm": {
        "ShortRunEmphasis": "rlm_sre_3D_avg",
        "RunEntropy": "rlm_rl_entr_3D_avg",
        "RunLengthNonUniformity": "rlm_rlnu_3D_avg",
        "GrayLevelVariance": "rlm_gl_var_3D_avg",
    },
    "glszm": {
        "SmallAreaEmphasis": "szm_sze_3D",
        "ZonePercentage": "szm_z_perc_3D",
        "ZoneEntropy": "szm_zs_entr_3D",
    },
    "ngtdm": {"Coarseness": "ngt_coarseness_3D", "Busyness": "ngt_busyness_3D", "Strength": "ngt_strength_3D"},
    "gldm": {
        "SmallDependenceEmphasis": "ngl_lde_3D",
        "DependenceEntropy": "ngl_dc_entr_3D",
        "DependenceVariance": "ngl_dc_var_3D",
    },
}


def case():
    z, y, x = numpy.meshgrid(numpy.arange(NZ), numpy.arange(NY), numpy.arange(NX), indexing="ij")
    index = (z * NY + y) * NX + x
    image = (x * x + 3 * y + 5 * z * x + (index * 7919) % 5) % 23
    mask = (x > 1) & (y > 0) & (x + y + z > 4) & ((x + 2 * y + z) % 7 != 0)
    image[z * y * x == 0] = 0  # the least level of the region is that of the formula
    return image.astype("float64"), mask.astype("uint8")


def extract(radius, masked):
    image, mask = (SimpleITK.GetImageFromArray(array) for array in case())
    for item in (image, mask):
        item.SetSpacing((1.0, 1.5, 2.0))
    extractor = featureextractor.RadiomicsFeatureExtractor(
        binWidth=2, kernelRadius=radius, maskedKernel=masked, initValue=-1
    )
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(**{family: list(names) for family, names in FEATURES.items()})
    result = extractor.execute(image, mask, voxelBased=True)
    for family, names in FEATURES.items():
        for name, tag in names.items():
            found = result[f"original_{family}_{name}"]
            whole = SimpleITK.Resample(found, image, SimpleITK.Transform(), SimpleITK.sitkNearestNeighbor, -1.0)
            yield tag, SimpleITK.GetArrayFromImage(whole).ravel()


def main():
    setVerbosity(50)
    inside = numpy.flatnonzero(case()[1].ravel())[::EVERY]
    print("radius,masked,tag,voxel,value")
    for radius, masked in [(1, True), (2, True), (1, False)]:
        for tag, values in extract(radius, masked):
            for voxel in inside:
                print(radius, str(masked).lower(), tag, voxel, float(f"{values[voxel]:.12g}"), sep=",")


main()
