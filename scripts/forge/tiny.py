"""Tiny pipelines of every family with random weights. tiny.py MODELS [GOLDENS]

MODELS: folder of one folder per model. GOLDENS: where tiny-models.json and .bin go.
"""

import sys
import warnings

warnings.filterwarnings("ignore")

from tinymodels.adapters import write_embeddings, write_loras  # noqa: E402
from tinymodels.companions import write_companions  # noqa: E402
from tinymodels.goldens import Goldens  # noqa: E402
from tinymodels.pipelines import Networks, write_pipelines  # noqa: E402


def main(models, goldens=None):
    networks = Networks()
    write_pipelines(models, networks)
    companions = write_companions(models, networks)
    loras = write_loras(models, networks)
    write_embeddings(models)
    if goldens:
        Goldens(models, networks, loras, companions).write(goldens)


if __name__ == "__main__":
    main(*sys.argv[1:])
