"""Writes the compressed files of this folder; see SOURCES.md. Needs numpy, pydicom 3, imagecodecs."""

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder
from pydicom.uid import UID

UIDS = "2.25.1906"
COLUMNS, ROWS = 16, 12


def ct():
    """The values the tests compute again: -1024 to 3071."""
    j, i = np.mgrid[0:ROWS, 0:COLUMNS]
    return ((i * 37 + j * 91 + i * j * 5) % 4096 - 1024).astype(np.int16)


def film(frames):
    """Blocks of 8 x 8 pixels of one colour, so that a lossy codec keeps them."""
    j, i = np.mgrid[0:16, 0:24]
    colour = lambda f: np.stack([(i // 8 * 60 + 20), (j // 8 * 90 + 30), 0 * i + 40 + 50 * f], axis=-1)
    return [colour(f).astype(np.uint8) for f in range(frames)]


def write(name, syntax, modality, pixels, fragments, photometric, bits=16, signed=1):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = UID(syntax)
    data.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")
    data.file_meta.MediaStorageSOPInstanceUID = UID(f"{UIDS}.{len(name)}")
    data.SOPClassUID, data.SOPInstanceUID = data.file_meta.MediaStorageSOPClassUID, f"{UIDS}.{len(name)}"
    data.SeriesInstanceUID, data.FrameOfReferenceUID, data.Modality = f"{UIDS}.1", f"{UIDS}.2", modality
    data.Rows, data.Columns = pixels.shape[:2]
    data.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    data.PhotometricInterpretation = photometric
    data.BitsAllocated, data.BitsStored, data.HighBit = bits, bits, bits - 1
    data.PixelRepresentation = signed
    if pixels.ndim == 3:
        data.PlanarConfiguration = 0
    if len(fragments) > 1:
        data.NumberOfFrames = len(fragments)
    if modality == "CT":
        data.ImagePositionPatient, data.ImageOrientationPatient = [1, 2, 3], [1, 0, 0, 0, 1, 0]
        data.PixelSpacing, data.SliceThickness = [0.5, 0.75], 2
        data.RescaleSlope, data.RescaleIntercept = 1, 0
    else:
        region = Dataset()
        region.RegionSpatialFormat, region.RegionDataType = 1, 1
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
        region.PhysicalDeltaX, region.PhysicalDeltaY = 0.02, 0.03
        data.SequenceOfUltrasoundRegions = [region]
    data.PixelData = encapsulate(fragments)
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    data.save_as(f"{name}.dcm", enforce_file_format=True)


def rle(pixels, photometric):
    samples = 1 if pixels.ndim == 2 else 3
    size = pixels.itemsize * 8
    return get_encoder("1.2.840.10008.1.2.5").encode(
        pixels, rows=pixels.shape[0], columns=pixels.shape[1], samples_per_pixel=samples, number_of_frames=1,
        bits_allocated=size, bits_stored=size, pixel_representation=int(samples == 1), photometric_interpretation=photometric,
        planar_configuration=0, use_pixel_data=False, encoding_plugin="pydicom")


image = ct()
words = image.view(np.uint16)
twelve = (image + 1024).astype(np.uint16)
grey = "MONOCHROME2"
lossless = "1.2.840.10008.1.2.4."
write("rle", "1.2.840.10008.1.2.5", "CT", image, [rle(image, grey)], grey)
write("jpeg-lossless", lossless + "70", "CT", image, [imagecodecs.ljpeg_encode(words, bitspersample=16)], grey)
write("jpeg-ls", lossless + "80", "CT", image, [imagecodecs.jpegls_encode(words)], grey)
write("jpeg-ls-near", lossless + "81", "CT", image, [imagecodecs.jpegls_encode(words, level=2)], grey)
j2k = dict(codecformat="j2k", reversible=True, level=0)
write("jpeg2000", lossless + "90", "CT", image, [imagecodecs.jpeg2k_encode(image, **j2k)], grey)
write("jpeg2000-unsigned", lossless + "90", "CT", twelve, [imagecodecs.jpeg2k_encode(twelve, bitspersample=12, **j2k)],
      grey, signed=0)
frames = film(3)
jpeg = [imagecodecs.jpeg8_encode(f, level=98, colorspace="RGB", outcolorspace="YCBCR", subsampling="422") for f in frames]
write("jpeg-film", lossless + "50", "US", frames[0], jpeg, "YBR_FULL_422", bits=8, signed=0)
write("rle-colour", "1.2.840.10008.1.2.5", "US", frames[0], [rle(frames[0], "RGB")], "RGB", bits=8, signed=0)
