"""A small prepared table, and a way to run the training job on it in this process."""

import contextlib
import io
import json
import random
import tempfile
import unittest
from pathlib import Path

from governed_trainer import cli
from jobkit.retry import RetryPolicy
from jobkit.runtime import Runtime
from testkit import jobs
from testkit.fake_cloud import CANARIES, FakeCloud

SMALL = {"maxSteps": "40", "batchSize": "8", "hiddenSize": "8", "contextLength": "4", "learningRate": "0.05"}


def prepared(seed: int = 1, train: int = 30, validation: int = 6) -> dict[str, list[dict]]:
    rng = random.Random(seed)
    words = "our results could suffer if customers change what they buy".split()

    def row(number):
        return {"prompt": f"Company {number}, 2023:", "completion": " ".join(rng.choice(words) for _ in range(25)), "group": str(number), "tokens": 40}

    return {name: [row(number) for number in range(count)] for name, count in (("train", train), ("validation", validation)) if count}


class TrainerTest(unittest.TestCase):
    def setUp(self):
        self.cloud = FakeCloud()
        self.enterContext(self.cloud)
        self.base = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.dataset = jobs.put_prepared(self.cloud, prepared())

    def environ(self, **changes):
        """The container's environment for a job on the dataset."""
        document = jobs.train_job(self.cloud, self.dataset, **({"training__hyperparameters": SMALL} | changes))
        return self.cloud.environ() | {"GOVERNED_JOB_URI": jobs.put_job(self.cloud, document), "SAGEMAKER_BASE_DIR": str(self.base)}

    def train(self, environ=None, stop=None, **changes):
        environ = environ if environ is not None else self.environ(**changes)
        runtime = Runtime(environ, self.cloud.clock, RetryPolicy(self.cloud.clock))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(runtime, stop)
        self.out, self.err = out.getvalue(), err.getvalue()
        self.error = self.err.splitlines()[-1] if self.err else ""
        for canary in CANARIES:
            self.assertNotIn(canary, self.out + self.err)
            for path in self.base.rglob("*"):
                if path.is_file():
                    self.assertNotIn(canary, path.read_text(errors="replace"))
        return code

    def manifest(self):
        return json.loads((self.base / "model" / "manifest.json").read_text())
