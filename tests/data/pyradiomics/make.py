"""Runs PyRadiomics 3.1.0 over the cases of cases.csv and writes reference.csv.gz: pair, params, name, value (repr).

Made with Python 3.11.7, PyRadiomics 3.1.0 (its source archive calls itself 3.0.1a1), numpy 1.26.4, SimpleITK 2.5.7
(ITK 5.4), PyWavelets 1.9.0, scipy 1.17.1, scikit-image, trimesh, pykwalify 1.8.0. Usage, in this folder:

    python make.py [--shared DIR] [--pair PAIR] [--params NAME]

Pairs that lie outside the repository are read from DIR (default: ../../../../shared). With a filter only the rows it
names are made again, the others are kept.
"""

import argparse
import csv
import gzip
import io
import logging
import os
import sys
import types

import numpy
import scipy.ndimage
import scipy.special
import SimpleITK as sitk

HERE = os.path.dirname(os.path.abspath(__file__))
FIELDS = ['pair', 'params', 'name', 'value']


def shims():
  """3.1.0's LBP3D imports two names that scipy has since moved; the functions behind them are the same."""
  moved = types.ModuleType('scipy.ndimage.interpolation')
  moved.map_coordinates = scipy.ndimage.map_coordinates
  sys.modules['scipy.ndimage.interpolation'] = moved
  if not hasattr(scipy.special, 'sph_harm'):
    scipy.special.sph_harm = lambda m, n, theta, phi: scipy.special.sph_harm_y(n, m, phi, theta)


def read(shared, path):
  root = shared if path.startswith('shared/') else os.path.join(HERE, '..')
  path = path.removeprefix('shared/')
  image = sitk.ReadImage(os.path.join(root, path))
  mask = sitk.ReadImage(os.path.join(root, path.replace('image', 'mask')))
  return image, sitk.Cast(mask != 0, sitk.sitkUInt8)


def from_array(array, like):
  image = sitk.GetImageFromArray(array)
  image.CopyInformation(like)
  return image


def largest_slice(array):
  kept = numpy.zeros_like(array)
  z = int(numpy.argmax(array.sum((1, 2))))
  kept[z] = array[z]
  return kept


def varied(image, mask, variant):
  """The changes that pairs.csv names; tests/pyradiomics.rs makes the same ones."""
  array = sitk.GetArrayFromImage(mask)
  if variant == 'int16':
    image = sitk.Cast(image, sitk.sitkInt16)
  elif variant == 'uint8':
    image = sitk.Cast(image, sitk.sitkUInt8)
  elif variant == 'slice':
    mask = from_array(largest_slice(array), mask)
  elif variant == 'labels':  # the lower half of the slices is another region
    z = numpy.arange(array.shape[0])[:, None, None]
    mask = from_array(numpy.where(z < array.shape[0] // 2, array, 2 * array), mask)
  elif variant == 'cropped-mask':  # a mask that covers a part of the image only
    size = mask.GetSize()
    mask = mask[3:size[0] - 4, 2:size[1] - 3, 1:size[2] - 2]
  elif variant == 'moved-mask':  # an origin that is off by a rounding
    mask.SetOrigin([o + 1e-4 for o in mask.GetOrigin()])
  elif variant == 'oblique':
    rotation = [0.8, -0.48, 0.36, 0.6, 0.64, -0.48, 0.0, 0.6, 0.8]
    for each in (image, mask):
      each.SetDirection(rotation)
      each.SetOrigin([-101.5, 37.25, 12.0])
  elif variant:
    raise ValueError(variant)
  return image, mask


def rows(args):
  from radiomics import featureextractor
  with open(os.path.join(HERE, 'pairs.csv')) as file:
    pairs = {row['pair']: row for row in csv.DictReader(file)}
  with open(os.path.join(HERE, 'cases.csv')) as file:
    cases = [(row['pair'], name) for row in csv.DictReader(file) for name in row['params'].split()]
  for pair, name in cases:
    if (args.pair and pair != args.pair) or (args.params and name != args.params):
      continue
    image, mask = varied(*read(args.shared, pairs[pair]['image']), pairs[pair]['variant'])
    extractor = featureextractor.RadiomicsFeatureExtractor(os.path.join(HERE, 'params', name + '.yaml'))
    print(pair, name, file=sys.stderr, flush=True)
    try:
      result = extractor.execute(image, mask)
    except ValueError as refusal:
      print('  refused:', refusal, file=sys.stderr)
      yield dict(pair=pair, params=name, name='refused', value='nan')
      continue
    for key, value in result.items():
      if not key.startswith('diagnostics_'):
        yield dict(pair=pair, params=name, name=key, value=repr(float(value)))
      elif pairs[pair]['diagnostics'] and key.rsplit('_', 1)[-1] in ('Spacing', 'Size', 'BoundingBox', 'VoxelNum', 'VolumeNum',
                                                          'CenterOfMassIndex', 'CenterOfMass', 'Mean', 'Minimum', 'Maximum'):
        for i, part in enumerate(value if isinstance(value, tuple) else (value,)):
          yield dict(pair=pair, params=name, name=f'{key}:{i}', value=repr(float(part)))


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument('--shared', default=os.path.join(HERE, '../../../../shared'))
  parser.add_argument('--pair')
  parser.add_argument('--params')
  args = parser.parse_args()
  shims()
  logging.getLogger('radiomics').setLevel(logging.CRITICAL)
  numpy.seterr(all='ignore')
  path = os.path.join(HERE, 'reference.csv.gz')
  old = []
  if os.path.exists(path) and (args.pair or args.params):
    with gzip.open(path, 'rt') as file:
      old = list(csv.DictReader(file))
  new = list(rows(args))
  made = {(row['pair'], row['params']) for row in new}
  kept = [row for row in old if (row['pair'], row['params']) not in made]
  text = io.StringIO()
  writer = csv.DictWriter(text, FIELDS, lineterminator='\n')
  writer.writeheader()
  # stable sort: the order of the names within a case is PyRadiomics'
  writer.writerows(sorted(kept + new, key=lambda row: (row['pair'], row['params'])))
  with open(path, 'wb') as raw, gzip.GzipFile('', 'wb', 9, raw, mtime=0) as file:
    file.write(text.getvalue().encode())


if __name__ == '__main__':
  main()
