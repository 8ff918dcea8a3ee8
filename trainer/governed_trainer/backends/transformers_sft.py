"""Supervised fine-tuning of Hugging Face models: transformers + PEFT + TRL.

The libraries are imported in `train` only: checking a job, here as in a test, needs none of them.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from jobkit.documents import TrainJob
from jobkit.errors import BadInput
from jobkit.log import say

from ..dataset import TRAIN, VALIDATION, Dataset
from ..hyperparameters import Hyperparameters
from .base import Outcome, Workspace

_NEEDED = ("torch", "transformers", "trl", "peft", "datasets", "accelerate")
_NEEDED_FOR_QLORA = ("bitsandbytes",)
# Suffix names such as q_proj would also hit the vision tower of Mistral 3 models; this stays in the language model.
LANGUAGE_MODEL_TARGETS = r".*language_model.*\.(q|k|v|o|gate|up|down)_proj"
# Repositories with FP8 weights, which transformers does not train (transformers #46736): the BF16 sibling is meant.
_FP8 = {"mistralai/Ministral-3-3B-Instruct-2512": "mistralai/Ministral-3-3B-Instruct-2512-BF16",
        "mistralai/Ministral-3-8B-Instruct-2512": "mistralai/Ministral-3-8B-Instruct-2512-BF16",
        "mistralai/Ministral-3-14B-Instruct-2512": "mistralai/Ministral-3-14B-Instruct-2512-BF16"}


@dataclass(frozen=True)
class Settings:
    method: str
    max_length: int
    epochs: float
    max_steps: int  # -1: as many as the epochs need, as transformers has it
    learning_rate: float
    batch_size: int
    accumulation: int
    warmup_ratio: float
    eval_steps: int
    save_steps: int
    seed: int
    rank: int
    alpha: int
    dropout: float


class TransformersBackend:
    """LoRA, QLoRA or full fine-tuning of a causal language model."""

    name = "transformers"

    def __init__(self, job: TrainJob):
        self.settings = read_settings(job)
        if job.model_revision is None:
            raise BadInput("BadDocument", f"job document: model.revision must name a commit of {job.model_id}: without it nobody can "
                           "say what was tuned.")
        self.revision = job.model_revision
        if job.model_id in _FP8:
            raise BadInput("UnsupportedModel", f"{job.model_id} has FP8 weights, which cannot be trained. Use {_FP8[job.model_id]}.")
        needed = _NEEDED + (_NEEDED_FOR_QLORA if job.method == "QLoRA" else ())
        missing = [name for name in needed if importlib.util.find_spec(name) is None]
        if missing:
            raise BadInput("BackendUnavailable", f"{job.model_id} needs {', '.join(missing)}, not installed in this image. Use an image of "
                           "trainer/Dockerfile, or model.id builtin/char-lm.")
        self._job = job

    def train(self, data: Dataset, workspace: Workspace) -> Outcome:
        import torch  # type: ignore[import-not-found]
        import transformers  # type: ignore[import-not-found]
        import trl  # type: ignore[import-not-found]

        with workspace.stop.interruptible():  # a download of gigabytes is longer than the 120 seconds of a stop
            tokenizer = transformers.AutoTokenizer.from_pretrained(self._job.model_id, revision=self.revision)
            model, multimodal = self._load_model(torch, transformers)
        validated = data.count(VALIDATION) > 0
        trainer = trl.SFTTrainer(
            model=model,
            args=trl.SFTConfig(**self.trainer_arguments(workspace.checkpoints, validated)),
            train_dataset=_hugging_face_dataset(data, TRAIN),
            eval_dataset=_hugging_face_dataset(data, VALIDATION) if validated else None,
            # The tokenizer and not the AutoProcessor: with a processor SFTTrainer goes into its vision mode.
            processing_class=tokenizer,
            peft_config=self._adapter(multimodal),
            callbacks=[_report(transformers, workspace)])
        if validated:
            trainer.evaluate()
        trainer.train(resume_from_checkpoint=_last_checkpoint(workspace.checkpoints))
        finished = not workspace.stop.requested
        if validated and finished:
            trainer.evaluate()
        return self._write(trainer, tokenizer, workspace.model, finished)

    def trainer_arguments(self, checkpoints: Path, validated: bool) -> dict[str, Any]:
        """The arguments of trl.SFTConfig, where they differ from its defaults."""
        settings = self.settings
        return {
            "output_dir": str(checkpoints), "max_length": settings.max_length, "num_train_epochs": settings.epochs,
            "max_steps": settings.max_steps, "learning_rate": settings.learning_rate,
            "per_device_train_batch_size": settings.batch_size, "per_device_eval_batch_size": settings.batch_size,
            "gradient_accumulation_steps": settings.accumulation, "seed": settings.seed,
            # transformers 5.2 took warmup_ratio away: warmup_steps below 1 is the ratio.
            "warmup_steps": settings.warmup_ratio, "logging_steps": 10, "report_to": "none",
            "eval_strategy": "steps" if validated else "no", "eval_steps": settings.eval_steps,
            "save_strategy": "steps" if self._job.checkpoints else "no", "save_steps": settings.save_steps, "save_total_limit": 2,
            # prompt/completion columns: the loss is over completions only. No packing: it wants FlashAttention.
            "packing": False, "bf16": True, "gradient_checkpointing": True,
            "optim": "paged_adamw_8bit" if settings.method == "QLoRA" else "adamw_torch",
        }

    def _load_model(self, torch: Any, transformers: Any) -> tuple[Any, bool]:
        config = transformers.AutoConfig.from_pretrained(self._job.model_id, revision=self.revision)
        # Mistral 3 is a vision-language model even where only its language part is tuned.
        multimodal = hasattr(config, "vision_config")
        loader = transformers.AutoModelForImageTextToText if multimodal else transformers.AutoModelForCausalLM
        options: dict[str, Any] = {"revision": self.revision, "dtype": torch.bfloat16}
        if self.settings.method == "QLoRA":
            options["quantization_config"] = transformers.BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16)
        return loader.from_pretrained(self._job.model_id, **options), multimodal

    def _adapter(self, multimodal: bool) -> Any:
        if self.settings.method == "Full":
            return None
        import peft  # type: ignore[import-not-found]
        return peft.LoraConfig(task_type="CAUSAL_LM", r=self.settings.rank, lora_alpha=self.settings.alpha, lora_dropout=self.settings.dropout,
                               target_modules=LANGUAGE_MODEL_TARGETS if multimodal else "all-linear")

    def _write(self, trainer: Any, tokenizer: Any, folder: Path, finished: bool) -> Outcome:
        adapter = self.settings.method != "Full"
        weights = "peft" if adapter else "model"
        trainer.save_model(str(folder / weights))
        tokenizer.save_pretrained(str(folder / "components" / "tokenizer"))
        flavor = {"task": "text-generation", "framework": "pt", "source_model_name": self._job.model_id, "source_model_revision": self.revision}
        return Outcome(finished, {"transformers": flavor | ({"peft_adaptor": "peft"} if adapter else {"model_binary": "model"})},
                       {"Weights": "LoRA adapter in peft/" if adapter else "full weights in model/"})


def read_settings(job: TrainJob) -> Settings:
    """The job's settings; needs no library."""
    values = Hyperparameters(job.hyperparameters, TransformersBackend.name)
    adapter = job.method != "Full"
    settings = Settings(
        method=job.method, max_length=job.max_tokens,
        epochs=values.decimal("epochs", 1.0, 0.0, 100.0),
        max_steps=values.integer("maxSteps", -1, 1, 10_000_000),
        # TRL's own default, 2e-5, is too low for adapters.
        learning_rate=values.decimal("learningRate", 2e-4 if adapter else 2e-5, 0.0, 1.0),
        batch_size=values.integer("batchSize", 2, 1, 1024),
        accumulation=values.integer("gradientAccumulation", 8, 1, 4096),
        warmup_ratio=values.decimal("warmupRatio", 0.03, 0.0, 0.5, include_least=True),
        eval_steps=values.integer("evalSteps", 100, 1, 1_000_000),
        save_steps=values.integer("saveSteps", 100, 1, 1_000_000),
        seed=values.integer("seed", 42, 0, 2**31 - 1),
        rank=values.integer("loraRank", 32, 1, 1024) if adapter else 0,
        alpha=values.integer("loraAlpha", 32, 1, 4096) if adapter else 0,
        dropout=values.decimal("loraDropout", 0.0, 0.0, 0.9, include_least=True) if adapter else 0.0)
    values.done()
    return settings


def _hugging_face_dataset(data: Dataset, split: str) -> Any:
    import datasets  # type: ignore[import-not-found]

    def rows() -> Iterator[dict[str, Any]]:
        for row in data.rows(split):
            yield {"prompt": f"{row['prompt']}\n" if row["prompt"] else "", "completion": row["completion"]}

    return datasets.Dataset.from_generator(rows)


def _last_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint that transformers finished: it writes trainer_state.json as the last file of one."""
    whole = [path for path in folder.glob("checkpoint-*") if (path / "trainer_state.json").exists()]
    newest = max(whole, key=lambda path: int(path.name.removeprefix("checkpoint-")), default=None)
    if newest is not None:
        say(f"checkpoint resumed from {newest.name}")
    return str(newest) if newest is not None else None


def _report(transformers: Any, workspace: Workspace) -> Any:
    """A callback that turns the trainer's logs into our metrics, and a stop into save-and-stop."""

    class Report(transformers.TrainerCallback):  # type: ignore[misc, name-defined]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            workspace.reporter.begin(state.max_steps, state.global_step, workspace.reporter.metrics)

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
            if logs and "loss" in logs:
                workspace.reporter.train_loss(state.global_step, float(state.epoch or 0.0), float(logs["loss"]))

        def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, Any] | None = None, **_: Any) -> None:
            if metrics and "eval_loss" in metrics:
                workspace.reporter.eval_loss(state.global_step, float(metrics["eval_loss"]))

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if workspace.stop.requested:
                control.should_save = True
                control.should_training_stop = True

    return Report()
