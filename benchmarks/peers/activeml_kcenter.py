"""Choose rows of a matrix with scikit-activeml's core-set, a greedy k-center; it prints nothing."""

import sys

import numpy as np
from skactiveml.pool import CoreSet

path, n_columns, n_wanted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rows = np.fromfile(path, dtype=np.float32).reshape(-1, n_columns)
label = np.full(len(rows), np.nan)
label[0] = 0.0  # it starts from what is labelled
CoreSet(random_state=0).query(rows, label, batch_size=n_wanted)
