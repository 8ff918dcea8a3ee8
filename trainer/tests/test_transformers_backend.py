"""The transformers backend as far as it can be checked without its libraries: its configuration, and its refusals."""

import importlib.machinery
import importlib.util
import json
import re
import sys
import types
import unittest
from pathlib import Path
from unittest import mock

from governed_trainer.backends import choose
from governed_trainer.backends import transformers_sft as backend
from governed_trainer.stop import StopSwitch
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


class StubLibraries:
    """Just enough of the libraries to see what the backend asks of them: the calls, not the learning."""

    def __init__(self, case):
        self.case = case
        self.made = {}
        self.states = []
        self.on_step = lambda step: None
        stub = self

        class Saved:
            def save_pretrained(self, folder):
                Path(folder).mkdir(parents=True)
                Path(folder, "tokenizer.json").write_text("{}")

        class Trainer:
            def __init__(self, **arguments):
                stub.made |= arguments
                self.report = arguments["callbacks"][0]
                self.state = types.SimpleNamespace(max_steps=4, global_step=0, epoch=0.0)
                self.control = types.SimpleNamespace(should_save=False, should_training_stop=False)

            def evaluate(self):
                self.report.on_evaluate(None, self.state, self.control, metrics={"eval_loss": 3.0 - self.state.global_step / 10})

            def train(self, resume_from_checkpoint):
                stub.made["resumed"] = resume_from_checkpoint
                self.report.on_train_begin(None, self.state, self.control)
                while self.state.global_step < 4 and not self.control.should_training_stop:
                    self.state.global_step += 1
                    self.state.epoch = self.state.global_step / 4
                    self.report.on_log(None, self.state, self.control, logs={"loss": 3.0 - self.state.global_step / 5})
                    stub.on_step(self.state.global_step)
                    self.report.on_step_end(None, self.state, self.control)
                stub.made["control"] = self.control

            def save_model(self, folder):
                Path(folder).mkdir(parents=True)
                Path(folder, "adapter_model.safetensors").write_bytes(b"weights")

        loaded = mock.Mock()
        transformers = types.ModuleType("transformers")
        transformers.AutoTokenizer = types.SimpleNamespace(from_pretrained=lambda *a, **k: Saved())
        transformers.AutoConfig = types.SimpleNamespace(from_pretrained=lambda *a, **k: types.SimpleNamespace(vision_config={}))
        transformers.AutoModelForImageTextToText = types.SimpleNamespace(from_pretrained=lambda *a, **k: stub.made.update(model_id=a, options=k) or loaded)
        transformers.BitsAndBytesConfig = lambda **k: k
        transformers.TrainerCallback = object
        datasets = types.ModuleType("datasets")
        datasets.Dataset = types.SimpleNamespace(from_generator=lambda make: list(make()))
        modules = {"transformers": transformers, "datasets": datasets}
        for name, members in (("torch", {"bfloat16": "bf16"}), ("trl", {"SFTTrainer": Trainer, "SFTConfig": lambda **k: k}),
                              ("peft", {"LoraConfig": lambda **k: k}), ("accelerate", {}), ("bitsandbytes", {})):
            modules[name] = types.ModuleType(name)
            vars(modules[name]).update(members)
        for module in modules.values():
            module.__spec__ = importlib.machinery.ModuleSpec(module.__name__, None)
        case.enterContext(mock.patch.dict(sys.modules, modules))


class WithStubLibraries(TrainerTest):
    def setUp(self):
        super().setUp()
        self.libraries = StubLibraries(self)

    def run_job(self, stop=None, **changes):
        return self.train(stop=stop, **({"model__id": MODEL, "model__revision": REVISION, "training__hyperparameters": {}} | changes))

    def test_a_run_goes_through_metrics_and_manifest(self):
        self.assertEqual(self.run_job(), 0)
        self.assertIn("metric train_loss=2.2 step=4", self.out)
        manifest = self.manifest()
        self.assertEqual(manifest["model"], {"id": MODEL, "revision": REVISION, "backend": "transformers"})
        self.assertEqual({name: round(value, 6) for name, value in manifest["metrics"].items()},
                         {"steps": 4, "firstEvalLoss": 3.0, "lastEvalLoss": 2.6, "firstTrainLoss": 2.8, "lastTrainLoss": 2.2})
        self.assertLessEqual({"peft/adapter_model.safetensors", "components/tokenizer/tokenizer.json", "MLmodel"}, {file["path"] for file in manifest["files"]})
        self.assertIn(f'source_model_revision: "{REVISION}"', (self.base / "model" / "MLmodel").read_text())

    def test_the_pinned_revision_the_tokenizer_and_the_language_model_only(self):
        self.run_job(training__method="QLoRA")
        made = self.libraries.made
        self.assertEqual((made["model_id"], made["options"]["revision"]), ((MODEL,), REVISION))
        self.assertEqual(made["options"]["quantization_config"]["bnb_4bit_quant_type"], "nf4")
        self.assertEqual(made["peft_config"]["target_modules"], backend.LANGUAGE_MODEL_TARGETS)
        self.assertTrue(hasattr(made["processing_class"], "save_pretrained"))
        self.assertEqual(made["train_dataset"][0]["prompt"], "Company 0, 2023:\n")

    def test_full_training_has_no_adapter(self):
        self.run_job(training__method="Full")
        self.assertIsNone(self.libraries.made["peft_config"])
        self.assertTrue((self.base / "model" / "model").is_dir())

    def test_a_stop_saves_and_leaves_no_manifest(self):
        switch = StopSwitch()
        self.libraries.on_step = lambda step: switch.pull() if step == 2 else None
        self.assertEqual(self.run_job(stop=switch), 0)
        self.assertTrue(self.libraries.made["control"].should_save)
        self.assertIn("stopped at step 2", self.out)
        self.assertFalse((self.base / "model" / "manifest.json").exists())

    def test_it_resumes_from_the_newest_checkpoint_that_is_whole(self):
        for step, whole in ((100, True), (200, True), (300, False)):
            folder = self.base / "checkpoints" / f"checkpoint-{step}"
            folder.mkdir(parents=True)
            if whole:
                (folder / "trainer_state.json").write_text("{}")
        self.run_job()
        self.assertEqual(Path(self.libraries.made["resumed"]).name, "checkpoint-200")


if __name__ == "__main__":
    unittest.main()
