"""The training job end to end with builtin/char-lm, against the fake cloud."""

import hashlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

from governed_trainer.backends.char_lm import CharLmBackend
from governed_trainer.backends.char_lm_model import load, sample
from governed_trainer.stop import StopSwitch
from jobkit.digests import files_digest
from testkit import jobs
from testkit.fake_cloud import Fault

from .support import SMALL, TrainerTest, prepared

ROOT = Path(__file__).resolve().parents[2]


class Training(TrainerTest):
    def test_it_really_learns(self):
        self.assertEqual(self.train(training__hyperparameters=SMALL | {"maxSteps": "150"}), 0)
        metrics = self.manifest()["metrics"]
        self.assertLess(metrics["lastEvalLoss"], 0.65 * metrics["firstEvalLoss"])
        self.assertLess(metrics["lastTrainLoss"], 0.65 * metrics["firstTrainLoss"])
        self.assertEqual(metrics["steps"], 150)

    def test_the_manifest_lists_every_file_with_its_digest(self):
        self.assertEqual(self.train(), 0)
        manifest, model = self.manifest(), self.base / "model"
        found = {path.relative_to(model).as_posix(): path.read_bytes() for path in model.rglob("*") if path.is_file()}
        del found["manifest.json"]
        self.assertEqual({file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]},
                         {path: (len(body), hashlib.sha256(body).hexdigest()) for path, body in found.items()})
        self.assertEqual(manifest["digest"], files_digest((file["path"], file["sha256"]) for file in manifest["files"]))
        self.assertLessEqual({"MLmodel", "README.md", "weights.json", "code/char_lm.py"}, set(found))
        self.assertEqual(manifest["inputs"], [{"table": jobs.OUTPUT, "tableId": "77aa", "version": "1", "format": "JSON", "digest": self.dataset["digest"]}])
        self.assertEqual(manifest["model"], {"id": "builtin/char-lm", "revision": "1", "backend": "char-lm"})
        self.assertEqual((manifest["kind"], manifest["run"]), ("TrainManifest", {"uid": "7f0c", "attempt": 1}))

    def test_the_mlmodel_has_a_signature_that_mlflow_can_parse(self):
        self.train()
        text = (self.base / "model" / "MLmodel").read_text()
        lines = dict(line.strip().split(": ", 1) for line in text.splitlines() if ": " in line)
        self.assertEqual(json.loads(json.loads(lines["inputs"]))[0]["name"], "prompt")
        self.assertEqual(json.loads(json.loads(lines["outputs"]))[0]["name"], "completion")
        self.assertEqual(json.loads(lines["loader_module"]), "char_lm")
        self.assertIn("\nsignature:\n  inputs: ", text)

    def test_the_model_card_names_run_table_and_base_model(self):
        self.train()
        card = (self.base / "model" / "README.md").read_text()
        for expected in ("7f0c", jobs.OUTPUT, self.dataset["digest"], "builtin/char-lm", "lastEvalLoss", "maxSteps=40"):
            self.assertIn(expected, card)

    def test_metric_lines_fit_sagemakers_regex_and_progress_is_put(self):
        self.train()
        for name in ("train_loss", "eval_loss"):
            found = re.findall(rf"^metric {name}=([-+.0-9e]+) step=(\d+)$", self.out, re.MULTILINE)
            self.assertGreater(len(found), 3)
            self.assertTrue(all(0 < float(value) < 10 for value, _ in found))
        progress = json.loads(self.cloud.objects[jobs.key(jobs.PROGRESS)])
        self.assertEqual(set(progress), {"step", "totalSteps", "epoch", "percent", "etaSeconds", "trainLoss", "evalLoss"})
        self.assertEqual(progress["totalSteps"], 40)

    def test_progress_is_put_at_most_once_in_two_seconds(self):
        self.train()  # on a clock that stands still
        self.assertEqual(len(self.cloud.requests("PUT /artifacts")), 1)

    def test_progress_that_cannot_be_put_does_not_end_the_training(self):
        self.cloud.faults.append(Fault("progress.json", 403, times=99))
        self.assertEqual(self.train(), 0)
        self.assertIn("warning progress could not be put", self.err)

    def test_the_same_seed_gives_the_same_weights_and_another_gives_others(self):
        weights = []
        for seed in ("7", "7", "8"):
            self.train(training__hyperparameters=SMALL | {"seed": seed})
            weights.append((self.base / "model" / "weights.json").read_bytes())
        self.assertEqual(weights[0], weights[1])
        self.assertNotEqual(weights[0], weights[2])

    def test_a_person_can_generate_text_from_the_artifact(self):
        self.train()
        model = self.base / "model"
        text = sample(model, "Company 1, 2023:", 50, seed=3)
        self.assertEqual(text, sample(model, "Company 1, 2023:", 50, seed=3))
        self.assertTrue(0 < len(text) <= 50)
        self.assertLessEqual(set(text), set(load(model).alphabet))
        ended = subprocess.run([sys.executable, str(model / "code" / "char_lm.py"), "Company 1, 2023:", "--length", "50", "--seed", "3"],
                               capture_output=True, text=True, check=True)
        self.assertEqual(ended.stdout.rstrip("\n"), text)

    def test_without_a_validation_split_the_end_of_the_text_is_held_out(self):
        self.dataset = jobs.put_prepared(self.cloud, prepared(validation=0))
        self.assertEqual(self.train(), 0)
        self.assertLess(self.manifest()["metrics"]["lastEvalLoss"], self.manifest()["metrics"]["firstEvalLoss"])
        self.assertIn("no validation split", (self.base / "model" / "README.md").read_text())

    def test_odd_texts_are_learnt_from_too(self):
        rows = [{"prompt": "", "completion": "a"}, {"prompt": "日本", "completion": "\ud83d\ude00 ü" + "".join(map(chr, range(200, 500)))}, {"prompt": "x", "completion": ""}]
        self.dataset = jobs.put_prepared(self.cloud, {"train": rows})
        self.assertEqual(self.train(), 0)

    def test_epochs_bound_the_steps(self):
        self.train(training__hyperparameters=SMALL | {"maxSteps": "100000", "epochs": "0.05"})
        positions = sum(len(row["completion"]) + 1 for row in prepared()["train"])
        self.assertEqual(self.manifest()["metrics"]["steps"], math.ceil(0.05 * positions / 8))


class DataAccess(TrainerTest):
    def test_the_table_is_read_with_vended_credentials_only(self):
        self.train()
        self.assertEqual({seen.identity for seen in self.cloud.requests("/governed/")}, {"vended"})

    def test_files_that_are_not_the_pinned_ones_end_with_code_4(self):
        path = f"{jobs.key(jobs.OUTPUT_AT)}/{self.dataset['files'][0]['path']}"
        whole = self.cloud.objects[path]
        for body in (whole.replace(b"could", b"would", 1), whole[:-1], None):
            self.cloud.objects[path] = body
            if body is None:
                del self.cloud.objects[path]
            self.assertEqual(self.train(), 4)
            self.assertIn(path, self.error)
            self.assertEqual((self.base / "output" / "failure").read_text(), self.error)
        self.assertFalse((self.base / "model" / "manifest.json").exists())

    def test_a_table_that_was_replaced_ends_with_code_4(self):
        environ = self.environ()
        self.cloud.tables[jobs.OUTPUT]["table_id"] = "other"
        self.assertEqual(self.train(environ), 4)

    def test_a_denial_ends_with_code_3(self):
        self.cloud.denied.add("77aa")
        self.assertEqual(self.train(), 3)
        self.assertTrue(self.error.startswith("error AccessDenied"))

    def test_lines_that_are_not_examples_are_named(self):
        self.dataset = jobs.put_prepared(self.cloud, {"train": [{"prompt": "a", "completion": "b"}, {"text": "c"}]})
        self.assertEqual(self.train(), 1)
        self.assertIn("line 2", self.error)

    def test_the_copy_on_disk_is_removed(self):
        self.train()
        self.assertEqual([path.name for path in self.base.iterdir() if path.name.startswith("dataset-")], [])

    def test_transient_failures_do_not_end_the_job(self):
        for match in ("GET /credentials", "GET /artifacts", "POST /oidc", "GET /api", "POST /api", "GET /governed"):
            self.cloud.faults.append(Fault(match, 503, {"Retry-After": "1"}))
        self.cloud.faults.append(Fault("GET /governed", cut_at=100))
        self.assertEqual(self.train(), 0)


class Configuration(TrainerTest):
    def test_bad_configuration_ends_with_code_2_before_anything_governed_is_touched(self):
        for changes, expected in (
                ({"training__hyperparameters": {"learningrate": "1"}}, "learningrate"), ({"training__hyperparameters": {"maxSteps": "0"}}, "maxSteps"),
                ({"training__hyperparameters": {"learningRate": "nan"}}, "learningRate"), ({"training__hyperparameters": {"epochs": "-1"}}, "epochs"),
                ({"training__hyperparameters": {"batchSize": "8.5"}}, "batchSize"), ({"training__hyperparameters": {"hiddenSize": "99999"}}, "hiddenSize"),
                ({"model__id": "builtin/other"}, "builtin/other"), ({"model__revision": "2"}, "revision"), ({"training__method": "PPO"}, "training.method")):
            with self.subTest(expected):
                self.assertEqual(self.train(**changes), 2)
                self.assertIn(expected, self.error)
                self.assertEqual((self.base / "output" / "failure").read_text(), self.error)
        self.assertEqual(self.cloud.requests("/governed/") + self.cloud.requests("/api/"), [])

    def test_the_document_must_be_that_of_this_run(self):
        for name, value in (("GOVERNED_RUN_UID", "other"), ("GOVERNED_RUN_ATTEMPT", "2")):
            with self.subTest(name):
                self.assertEqual(self.train(self.environ() | {name: value}), 2)
                self.assertIn(name, self.error)
        self.assertEqual(self.train(self.environ() | {"GOVERNED_RUN_UID": "7f0c", "GOVERNED_RUN_ATTEMPT": "1"}), 0)

    def test_a_missing_job_uri_is_named(self):
        self.assertEqual(self.train({"SAGEMAKER_BASE_DIR": str(self.base)}), 2)
        self.assertIn("GOVERNED_JOB_URI", self.error)

    def test_a_rate_that_diverges_is_explained(self):
        with mock.patch("governed_trainer.backends.char_lm_model.train_batch", return_value=float("nan")):
            self.assertEqual(self.train(), 1)
        self.assertIn("learningRate", self.error)

    def test_delta_needs_pyarrow(self):
        self.dataset["format"] = "DELTA"
        with mock.patch("importlib.util.find_spec", return_value=None):
            self.assertEqual(self.train(), 2)
        self.assertIn("pyarrow", self.error)


class Stopping(TrainerTest):
    def stopped_after(self, steps: int, **changes):
        """Trains until a stop is asked for during the given step."""
        switch = StopSwitch()
        from governed_trainer.backends import char_lm_model
        original, count = char_lm_model.train_batch, 0

        def counting(*arguments):
            nonlocal count
            count += 1
            if count == steps:
                switch.pull()
            return original(*arguments)

        with mock.patch.object(char_lm_model, "train_batch", counting):
            return self.train(stop=switch, **changes)

    def test_a_stop_saves_a_checkpoint_and_weights_but_no_manifest(self):
        self.assertEqual(self.stopped_after(10), 0)
        self.assertTrue((self.base / "checkpoints" / "step-000000010.json").exists())
        self.assertTrue((self.base / "model" / "weights.json").exists())
        self.assertFalse((self.base / "model" / "manifest.json").exists())
        self.assertIn("stopped at step 10", self.out)

    def test_going_on_from_a_checkpoint_gives_the_weights_of_an_unbroken_training(self):
        self.train()
        unbroken = (self.base / "model" / "weights.json").read_bytes()
        metrics = self.manifest()["metrics"]
        self.stopped_after(17)
        self.assertEqual(self.train(run__attempt=2), 0)
        self.assertIn("resumed at step 17 of 40", self.out)
        self.assertEqual((self.base / "model" / "weights.json").read_bytes(), unbroken)
        self.assertEqual(self.manifest()["metrics"]["firstEvalLoss"], metrics["firstEvalLoss"])
        self.assertEqual(self.manifest()["metrics"]["lastEvalLoss"], metrics["lastEvalLoss"])

    def test_the_same_content_prepared_as_another_version_goes_on_too(self):
        self.stopped_after(17)
        self.dataset = jobs.put_prepared(self.cloud, prepared(), version=2)
        self.assertEqual(self.train(run__attempt=2), 0)
        self.assertIn("resumed at step 17 of 40", self.out)

    def test_a_checkpoint_of_other_data_is_not_used(self):
        self.stopped_after(10)
        self.dataset = jobs.put_prepared(self.cloud, prepared(seed=2), version=2)
        self.assertEqual(self.train(run__attempt=2), 0)
        self.assertNotIn("resumed", self.out)

    def test_a_broken_checkpoint_falls_back_to_the_one_before(self):
        self.stopped_after(10)
        (self.base / "checkpoints" / "step-000000020.json").write_text('{"fingerprint": ')
        (self.base / "checkpoints" / "step-000000030.partial").write_text("{")
        self.assertEqual(self.train(), 0)
        self.assertIn("resumed at step 10", self.out)
        self.assertIn("step-000000020.json cannot be used", self.err)

    def test_a_checkpoint_of_another_configuration_is_not_used(self):
        self.stopped_after(10)
        self.assertEqual(self.train(training__hyperparameters=SMALL | {"seed": "9"}), 0)
        self.assertNotIn("resumed", self.out)
        self.assertIn("another run or configuration", self.err)

    def test_checkpoints_are_periodic_where_asked_for_and_only_two_are_kept(self):
        self.train(training__checkpoints=True)
        self.assertEqual(self.out.count("checkpoint saved"), 9)
        self.assertEqual(sorted(path.name for path in (self.base / "checkpoints").iterdir()), ["step-000000032.json", "step-000000036.json"])

    def test_without_spot_there_are_no_periodic_checkpoints(self):
        self.train()
        self.assertEqual(list((self.base / "checkpoints").iterdir()), [])

    def test_a_stop_while_data_is_fetched_ends_at_once_with_code_0(self):
        switch = StopSwitch()
        with mock.patch("governed_trainer.dataset._download", lambda *_: switch.pull()):
            self.assertEqual(self.train(stop=switch), 0)
        self.assertIn("nothing to save", self.out)
        self.assertFalse((self.base / "output" / "failure").exists())

    def test_sigterm_to_the_real_process_saves_and_exits_with_0(self):
        environ = self.environ(training__hyperparameters=SMALL | {"maxSteps": "1000000", "epochs": "1000"}) | {"PATH": os.environ["PATH"]}
        process = subprocess.Popen([sys.executable, str(ROOT / "trainer" / "train")], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if line.startswith("metric train_loss"):
                process.send_signal(signal.SIGTERM)
                break
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, ""))
        self.assertIn("checkpoint saved at step", out)
        self.assertFalse((self.base / "model" / "manifest.json").exists())


class DefaultSettings(TrainerTest):
    def test_the_defaults_are_those_of_the_readme(self):
        from jobkit.documents import parse_train
        document = jobs.train_job(self.cloud, self.dataset)
        settings = CharLmBackend(parse_train(json.dumps(document).encode())).settings
        readme = (ROOT / "trainer" / "README.md").read_text()
        for name, value in (("epochs", settings.epochs), ("maxSteps", settings.max_steps), ("learningRate", settings.learning_rate), ("batchSize", settings.batch_size),
                            ("contextLength", settings.context_length), ("hiddenSize", settings.hidden_size), ("seed", settings.seed)):
            self.assertIn(f"`{name}` ({value:g})", readme)


if __name__ == "__main__":
    unittest.main()
