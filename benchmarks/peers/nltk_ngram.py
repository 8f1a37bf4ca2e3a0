"""Train, sample and score with NLTK's Kneser-Ney trigram; print the CPU seconds of a token for each."""

import json
import sys
import time
from pathlib import Path

from nltk.lm import KneserNeyInterpolated
from nltk.lm.preprocessing import padded_everygram_pipeline

n_train, n_sampled, n_scored = map(int, sys.argv[2:5])
words = Path(sys.argv[1]).read_text("utf-8").split()
start = time.process_time()
grams, vocabulary = padded_everygram_pipeline(3, [words[:n_train]])
model = KneserNeyInterpolated(3, discount=0.75)
model.fit(grams, vocabulary)
trained = time.process_time()
model.generate(n_sampled, random_seed=0)
sampled = time.process_time()
for i in range(n_train, n_train + n_scored):
    model.logscore(words[i], words[i - 2 : i])
scored = time.process_time()
print(
    json.dumps([(trained - start) / n_train, (sampled - trained) / n_sampled, (scored - sampled) / n_scored])
)
