"""The transformers backend as far as it can be checked without its libraries: its configuration, and its refusals."""

import importlib.util
import json
import re
import unittest
from pathlib import Path
from unittest import mock

from governed_trainer.backends import choose
from governed_trainer.backends import transformers_sft as backend
from jobkit.documents import parse_train
from jobkit.errors import BadInput
from testkit import jobs

from .support import TrainerTest

MODEL = "mistralai/Ministral-3-3B-Instruct-2512-BF16"
REVISION = "0" * 40


class Transformers(TrainerTest):
    def job(self, **changes):
        changes = {"model__id": MODEL, "model__revision": REVISION} | changes
        return parse_train(json.dumps(jobs.train_job(self.cloud, self.dataset, **changes)).encode())

    @unittest.skipIf(importlib.util.find_spec("torch") is not None, "torch is installed here")
    def test_without_its_libraries_the_job_ends_with_code_2_before_any_work(self):
        self.assertEqual(self.train(model__id=MODEL, model__revision=REVISION, training__hyperparameters={}), 2)
        self.assertTrue(self.error.startswith("error BackendUnavailable"))
        self.assertIn("torch", self.error)
        self.assertEqual(self.cloud.requests("/api/"), [])

    def test_with_its_libraries_the_job_is_accepted(self):
        with mock.patch("importlib.util.find_spec", return_value=object()):
            self.assertEqual(choose(self.job()).name, "transformers")

    def test_qlora_needs_bitsandbytes_too(self):
        def installed(name):
            return None if name == "bitsandbytes" else object()

        with mock.patch("importlib.util.find_spec", installed), self.assertRaises(BadInput) as caught:
            choose(self.job(training__method="QLoRA"))
        self.assertIn("bitsandbytes", caught.exception.message)

    def test_what_cannot_be_trained_or_traced_is_refused(self):
        for changes, expected in (({"model__revision": None}, "model.revision"), ({"model__id": "mistralai/Ministral-3-3B-Instruct-2512"}, "BF16"),
                                  ({"training__hyperparameters": {"loraRank": "0"}}, "loraRank"), ({"training__hyperparameters": {"r": "8"}}, "r is not known"),
                                  ({"training__method": "Full", "training__hyperparameters": {"loraRank": "8"}}, "loraRank")):
            with self.subTest(expected), self.assertRaises(BadInput) as caught:
                choose(self.job(**changes))
            self.assertIn(expected, caught.exception.message)

    def test_defaults_follow_the_method(self):
        lora, full = (backend.read_settings(self.job(training__method=method)) for method in ("LoRA", "Full"))
        self.assertEqual((lora.learning_rate, lora.rank, lora.max_length), (2e-4, 32, 128))
        self.assertEqual((full.learning_rate, full.rank), (2e-5, 0))

    def test_the_arguments_for_trl(self):
        with mock.patch("importlib.util.find_spec", return_value=object()):
            made = choose(self.job(training__method="QLoRA", training__checkpoints=True, training__hyperparameters={"epochs": "2", "learningRate": "1e-4"}))
        arguments = made.trainer_arguments(Path("checkpoints"), validated=False)
        self.assertEqual((arguments["num_train_epochs"], arguments["learning_rate"], arguments["max_length"]), (2.0, 1e-4, 128))
        self.assertEqual((arguments["eval_strategy"], arguments["save_strategy"], arguments["optim"]), ("no", "steps", "paged_adamw_8bit"))
        self.assertFalse(arguments["packing"])

    def test_adapters_stay_out_of_the_vision_tower(self):
        for name, hit in (("model.language_model.layers.0.self_attn.q_proj", True), ("model.language_model.layers.25.mlp.down_proj", True),
                          ("model.vision_tower.transformer.layers.0.attention.q_proj", False), ("model.multi_modal_projector.linear_1", False)):
            self.assertEqual(bool(re.fullmatch(backend.LANGUAGE_MODEL_TARGETS, name)), hit, name)


if __name__ == "__main__":
    unittest.main()
