#!/usr/bin/env python3
"""A small character-level neural language model in plain Python.

The last `context` characters each look up a vector of their own table (one table a position); the vectors are added, go
through tanh, and a linear layer with softmax gives the next character. Trained by mini-batch Adam on cross-entropy.

This file needs nothing but the standard library and goes along with the weights, so that one can try them at once:

    python3 char_lm.py "Company X, 2024:" --length 300
"""

import argparse
import json
import math
import random
import sys
from operator import mul
from pathlib import Path
from typing import Any, Sequence

PAD, END, UNKNOWN = 0, 1, 2
FIRST = 3  # the id of the alphabet's first character
_FORMAT = 1
_BETA1, _BETA2, _EPSILON = 0.9, 0.99, 1e-8

Vector = list[float]


class CharLm:
    """Parameters and the forward pass. `alphabet[i]` is the character with id FIRST + i."""

    def __init__(self, alphabet: str, context: int, hidden: int, seed: int):
        rng = random.Random(seed)
        size = len(alphabet) + FIRST

        def vector(scale: float) -> Vector:
            return [rng.uniform(-scale, scale) for _ in range(hidden)]

        self.alphabet = alphabet
        self.context = context
        self.hidden = hidden
        # Scaled so that the sum over all positions starts within tanh's linear part, and all characters start as likely.
        self.tables = [[vector(0.5 / math.sqrt(context)) for _ in range(size)] for _ in range(context)]
        self.bias = [0.0] * hidden
        self.output = [vector(0.1) for _ in range(size)]
        self.output_bias = [0.0] * size
        self._ids = {character: index + FIRST for index, character in enumerate(alphabet)}

    def encode(self, text: str) -> list[int]:
        return [self._ids.get(character, UNKNOWN) for character in text]

    def hidden_layer(self, window: Sequence[int]) -> Vector:
        """Activations for the `context` ids before the character that is asked for, the nearest last."""
        rows = [table[index] for table, index in zip(self.tables, window)]
        return list(map(math.tanh, map(sum, zip(self.bias, *rows))))

    def probabilities(self, hidden: Vector) -> Vector:
        logits = [sum(map(mul, row, hidden), bias) for row, bias in zip(self.output, self.output_bias)]
        top = max(logits)
        raised = [math.exp(logit - top) for logit in logits]
        total = sum(raised)
        return [value / total for value in raised]

    def loss(self, window: Sequence[int], target: int) -> float:
        """Cross-entropy of one character in nats."""
        return -math.log(max(self.probabilities(self.hidden_layer(window))[target], 1e-300))

    def generate(self, prompt: str, length: int = 300, temperature: float = 0.8, seed: int = 0) -> str:
        """Text that goes on from the prompt, up to the end mark or `length` characters."""
        rng = random.Random(seed)
        ids = [PAD] * self.context + self.encode(f"{prompt}\n" if prompt else "")
        made: list[str] = []
        while len(made) < length:
            weights = self.probabilities(self.hidden_layer(ids[-self.context:]))
            weights[PAD] = weights[UNKNOWN] = 0.0
            if temperature > 0:
                top = max(weights)
                weights = [(weight / top) ** (1 / temperature) for weight in weights]
                chosen = rng.choices(range(len(weights)), weights)[0]
            else:
                chosen = weights.index(max(weights))
            if chosen == END:
                break
            ids.append(chosen)
            made.append(self.alphabet[chosen - FIRST])
        return "".join(made)

    def state(self) -> dict[str, Any]:
        return {"format": _FORMAT, "alphabet": self.alphabet, "context": self.context, "hidden": self.hidden, "tables": self.tables,
                "bias": self.bias, "output": self.output, "outputBias": self.output_bias}

    @staticmethod
    def of_state(state: dict[str, Any]) -> "CharLm":
        if state.get("format") != _FORMAT:
            raise ValueError(f"format {state.get('format')} of the weights is not {_FORMAT}")
        model = CharLm(state["alphabet"], state["context"], 0, 0)
        model.hidden = state["hidden"]
        model.tables, model.bias = state["tables"], state["bias"]
        model.output, model.output_bias = state["output"], state["outputBias"]
        return model


class Adam:
    """Adam (Kingma and Ba, 2015) over rows. Rows without a gradient in a batch keep their moments ("lazy" Adam), which
    is what makes large tables cheap."""

    def __init__(self) -> None:
        self.step = 0
        self.moments: dict[str, tuple[Vector, Vector]] = {}

    def begin_step(self, rate: float) -> None:
        self.step += 1
        self._rate = rate * math.sqrt(1 - _BETA2 ** self.step) / (1 - _BETA1 ** self.step)

    def update(self, name: str, row: Vector, gradient: Sequence[float]) -> None:
        """Moves the row in place."""
        first, second = self.moments.get(name) or ([0.0] * len(row), [0.0] * len(row))
        first = [_BETA1 * m + (1 - _BETA1) * g for m, g in zip(first, gradient)]
        second = [_BETA2 * v + (1 - _BETA2) * g * g for v, g in zip(second, gradient)]
        self.moments[name] = (first, second)
        rate = self._rate
        row[:] = [w - rate * m / (math.sqrt(v) + _EPSILON) for w, m, v in zip(row, first, second)]

    def state(self) -> dict[str, Any]:
        return {"step": self.step, "moments": self.moments}

    @staticmethod
    def of_state(state: dict[str, Any]) -> "Adam":
        adam = Adam()
        adam.step = state["step"]
        adam.moments = {name: (first, second) for name, (first, second) in state["moments"].items()}
        return adam


def train_batch(model: CharLm, adam: Adam, batch: Sequence[tuple[Sequence[int], int]], rate: float) -> float:
    """One step of gradient descent on (window, target) pairs; returns the batch's mean loss before it."""
    scale = 1.0 / len(batch)
    loss = 0.0
    hiddens: list[Vector] = []
    errors: list[Vector] = []  # d loss / d logits
    table_gradients: dict[tuple[int, int], Vector] = {}
    output_columns = list(zip(*model.output))
    bias_gradient = [0.0] * model.hidden
    for window, target in batch:
        hidden = model.hidden_layer(window)
        error = model.probabilities(hidden)
        loss -= math.log(max(error[target], 1e-300))
        error[target] -= 1.0
        error = [value * scale for value in error]
        back = [sum(map(mul, error, column)) * (1.0 - value * value) for column, value in zip(output_columns, hidden)]
        for key in enumerate(window):
            row = table_gradients.get(key)
            table_gradients[key] = back if row is None else [a + b for a, b in zip(row, back)]
        bias_gradient = [a + b for a, b in zip(bias_gradient, back)]
        hiddens.append(hidden)
        errors.append(error)

    adam.begin_step(rate)
    hidden_columns = list(zip(*hiddens))
    for index, column in enumerate(zip(*errors)):
        adam.update(f"o{index}", model.output[index], [sum(map(mul, column, values)) for values in hidden_columns])
    adam.update("ob", model.output_bias, [sum(column) for column in zip(*errors)])
    adam.update("b", model.bias, bias_gradient)
    for (position, index), gradient in table_gradients.items():
        adam.update(f"t{position}.{index}", model.tables[position][index], gradient)
    return loss * scale


def load(folder: Path) -> CharLm:
    """The model of an artifact folder."""
    return CharLm.of_state(json.loads((folder / "weights.json").read_text(encoding="utf-8")))


def sample(folder: Path, prompt: str, length: int = 300, temperature: float = 0.8, seed: int = 0) -> str:
    """Text from an artifact folder."""
    return load(folder).generate(prompt, length, temperature, seed)


class _PyFunc:
    """MLflow's python_function interface: a table, list of rows or of strings with `prompt` in, completions out."""

    def __init__(self, model: CharLm):
        self._model = model

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> list[str]:
        rows = model_input["prompt"] if hasattr(model_input, "columns") else model_input
        prompts = [row["prompt"] if isinstance(row, dict) else str(row) for row in rows]
        options = params or {}
        return [self._model.generate(prompt, int(options.get("max_new_characters", 300)), float(options.get("temperature", 0.8)),
                                     int(options.get("seed", 0))) for prompt in prompts]


def _load_pyfunc(path: str) -> _PyFunc:
    """Called by mlflow.pyfunc.load_model, as MLmodel's loader_module."""
    found = Path(path)
    return _PyFunc(load(found if found.is_dir() else found.parent))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Generate text from the weights beside this file's folder.")
    parser.add_argument("prompt")
    parser.add_argument("--length", type=int, default=300, help="characters at most")
    parser.add_argument("--temperature", type=float, default=0.8, help="0 always takes the likeliest character")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", type=Path, default=Path(__file__).resolve().parent.parent, help="artifact folder")
    options = parser.parse_args(arguments)
    print(sample(options.model, options.prompt, options.length, options.temperature, options.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
