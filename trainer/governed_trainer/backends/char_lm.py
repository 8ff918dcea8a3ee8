"""builtin/char-lm: a language model that really learns, with no dependency, so that the pipeline runs anywhere."""

import json
import math
import random
import shutil
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Iterable, Iterator, Sequence

from jobkit.documents import TrainJob
from jobkit.errors import BadInput, JobError
from jobkit.log import say

from ..checkpoints import CheckpointStore
from ..dataset import TRAIN, VALIDATION, Dataset
from ..hyperparameters import Hyperparameters
from . import char_lm_model
from .base import Outcome, Workspace
from .char_lm_model import END, FIRST, PAD, UNKNOWN, Adam, CharLm

_ALPHABET = 120  # most frequent characters; the rest is one unknown character. Ids stay within a byte
_MOST_CHARACTERS = 64_000_000  # of a split that are kept in memory, one byte each
_EVAL_POSITIONS = 512
_EVALS = _CHECKPOINTS = 10  # of a whole training
_LOGS = 50
_HELD_OUT = 10  # without a validation split, one position in this many, at the end, is held out

Pair = tuple[Sequence[int], int]  # the ids before a character, and the character's id


@dataclass(frozen=True)
class Settings:
    epochs: float
    max_steps: int
    learning_rate: float
    batch_size: int
    context_length: int
    hidden_size: int
    seed: int


class CharLmBackend:
    """The backend; the model itself is in char_lm_model.py."""

    name = "char-lm"
    model_id = "builtin/char-lm"
    revision = "1"

    def __init__(self, job: TrainJob):
        if job.model_revision not in (None, self.revision):
            raise BadInput("UnknownModel", f"model.revision of {self.model_id} must be {self.revision!r}, found {job.model_revision!r}.")
        values = Hyperparameters(job.hyperparameters, self.name)
        self.settings = Settings(
            epochs=values.decimal("epochs", 1.0, 0.0, 1000.0),
            # Plain Python makes some thousands of examples a second: an epoch of a real table is bounded by steps, not by patience.
            max_steps=values.integer("maxSteps", 600, 1, 1_000_000),
            learning_rate=values.decimal("learningRate", 0.015, 0.0, 1.0),
            batch_size=values.integer("batchSize", 32, 1, 1024),
            context_length=values.integer("contextLength", 6, 1, 64),
            hidden_size=values.integer("hiddenSize", 32, 1, 256),
            seed=values.integer("seed", 1, 0, 2**31 - 1))
        values.done()
        self._job = job

    def train(self, data: Dataset, workspace: Workspace) -> Outcome:
        settings, reporter = self.settings, workspace.reporter
        alphabet = _alphabet(data.rows(TRAIN))
        corpus = Corpus(data.rows(TRAIN), alphabet, settings.context_length)
        if data.count(VALIDATION):
            held_out = Corpus(data.rows(VALIDATION), alphabet, settings.context_length)
            evals, limit = held_out.evenly(0, held_out.positions), corpus.positions
        else:
            limit = max(1, corpus.positions - max(1, corpus.positions // _HELD_OUT))
            evals = corpus.evenly(limit, corpus.positions)
        if corpus.positions < 2:
            raise JobError("BadDataset", f"the train split of {self._job.dataset.table} has no text to learn from. Prepare the dataset again.")

        total = max(1, min(settings.max_steps, math.ceil(settings.epochs * limit / settings.batch_size)))
        per_epoch = limit / settings.batch_size
        say(f"char-lm {len(alphabet)} characters in the alphabet, {limit} positions to learn, {total} steps = {total / per_epoch:.3g} epochs")
        if self._job.method != "Full":
            say(f"char-lm trains all its weights; method {self._job.method} changes nothing")
        store = CheckpointStore(workspace.checkpoints, self._job, self.name)
        model, adam, step = self._start(store, alphabet, workspace, total, evals)
        losses: list[float] = []
        while step < total and not workspace.stop.requested:
            step += 1
            rate = settings.learning_rate * (1.0 - 0.9 * (step - 1) / total)  # down to a tenth, which settles the weights
            # Random by (seed, step) alone, so that a resumed training takes the same batches.
            rng = random.Random(f"{settings.seed}:{step}")
            losses.append(char_lm_model.train_batch(model, adam, [corpus.at(rng.randrange(limit)) for _ in range(settings.batch_size)], rate))
            if step == 1 or step % max(1, total // _LOGS) == 0 or step == total:
                reporter.train_loss(step, step / per_epoch, sum(losses) / len(losses))
                losses.clear()
            if step % max(1, total // _EVALS) == 0 or step == total:
                reporter.eval_loss(step, _mean_loss(model, evals))
            if self._job.checkpoints and step % max(1, total // _CHECKPOINTS) == 0 and step < total:
                self._save(store, step, model, adam, reporter.metrics)
        reporter.metrics["steps"] = step
        if workspace.stop.requested:
            self._save(store, step, model, adam, reporter.metrics)
        return self._write(workspace.model, model, step == total, total, bool(data.count(VALIDATION)))

    def _start(self, store: CheckpointStore, alphabet: str, workspace: Workspace, total: int,
               evals: list[Pair]) -> tuple[CharLm, Adam, int]:
        found = store.latest()
        if found is not None:
            step, state = found
            say(f"checkpoint resumed at step {step} of {total}")
            workspace.reporter.begin(total, step, state["metrics"])
            return CharLm.of_state(state["model"]), Adam.of_state(state["optimizer"]), step
        model = CharLm(alphabet, self.settings.context_length, self.settings.hidden_size, self.settings.seed)
        workspace.reporter.begin(total, 0)
        workspace.reporter.eval_loss(0, _mean_loss(model, evals))
        return model, Adam(), 0

    @staticmethod
    def _save(store: CheckpointStore, step: int, model: CharLm, adam: Adam, metrics: dict[str, Any]) -> None:
        store.save(step, {"model": model.state(), "optimizer": adam.state(), "metrics": metrics})

    def _write(self, folder: Path, model: CharLm, finished: bool, total: int, validated: bool) -> Outcome:
        (folder / "weights.json").write_text(json.dumps(model.state(), separators=(",", ":")), encoding="utf-8")
        (folder / "code").mkdir(exist_ok=True)
        shutil.copyfile(char_lm_model.__file__, folder / "code" / "char_lm.py")
        settings = self.settings
        flavors = {"python_function": {"loader_module": "char_lm", "code": "code", "data": "weights.json", "env": {}}}
        return Outcome(finished, flavors, {
            "Architecture": f"{settings.context_length} characters of context, {settings.hidden_size} hidden units, "
                            f"{len(model.alphabet)} characters",
            "Steps planned": str(total),
            "Evaluation": "validation split" if validated else "last tenth of the train split (the table has no validation split)",
            "Try it": "`python3 code/char_lm.py \"<prompt>\"`"})


class Corpus:
    """Rows as character ids, with the positions that are to be predicted: those of the completions and their ends."""

    def __init__(self, rows: Iterable[dict[str, Any]], alphabet: str, context: int):
        ids = _Ids({ord(character): index for index, character in enumerate(alphabet, FIRST)})
        self._context = context
        self._ids = bytearray()
        self._starts: list[int] = []
        lengths: list[int] = []
        for row in rows:
            if len(self._ids) > _MOST_CHARACTERS:
                say(f"char-lm learns from the first {_MOST_CHARACTERS} characters of the split")
                break
            prompt = f"{row['prompt']}\n" if row["prompt"] else ""
            self._ids += bytes([PAD]) * context + ids.of(prompt)
            self._starts.append(len(self._ids))
            lengths.append(len(row["completion"]) + 1)
            self._ids += ids.of(row["completion"]) + bytes([END])
        self._ends = list(accumulate(lengths))
        self.positions = self._ends[-1] if self._ends else 0

    def at(self, position: int) -> Pair:
        """(window, target) of the position-th character to be predicted."""
        row = bisect_right(self._ends, position)
        index = self._starts[row] + position - (self._ends[row - 1] if row else 0)
        return self._ids[index - self._context:index], self._ids[index]

    def evenly(self, start: int, end: int) -> list[Pair]:
        """A fixed sample of the positions from start to end."""
        count = min(_EVAL_POSITIONS, end - start)
        return [self.at(start + number * (end - start) // count) for number in range(count)]


class _Ids(dict[int, int]):
    """Code points to ids, for str.translate: a table of millions of characters is encoded in C."""

    def __missing__(self, key: int) -> int:
        return UNKNOWN

    def of(self, text: str) -> bytes:
        return text.translate(self).encode("latin-1")


def _alphabet(rows: Iterator[dict[str, Any]]) -> str:
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row["prompt"])
        counts.update(row["completion"])
        counts["\n"] += 1
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    return "".join(sorted(ranked[:_ALPHABET]))


def _mean_loss(model: CharLm, pairs: list[Pair]) -> float:
    return sum(model.loss(window, target) for window, target in pairs) / max(1, len(pairs))
