"""The model's mathematics: gradients against finite differences, probabilities, generation."""

import random
import unittest

from governed_trainer.backends.char_lm_model import END, PAD, UNKNOWN, Adam, CharLm, train_batch


class RecordingAdam(Adam):
    """Keeps the gradients instead of moving the weights."""

    def __init__(self):
        super().__init__()
        self.gradients = {}

    def update(self, name, row, gradient):
        self.gradients[name] = (row, list(gradient))


class Mathematics(unittest.TestCase):
    def setUp(self):
        self.model = CharLm("abcde", 3, 4, seed=5)
        rng = random.Random(2)
        self.batch = [([rng.randrange(8) for _ in range(3)], rng.randrange(8)) for _ in range(6)]

    def mean_loss(self):
        return sum(self.model.loss(window, target) for window, target in self.batch) / len(self.batch)

    def test_every_gradient_agrees_with_finite_differences(self):
        recorder = RecordingAdam()
        loss = train_batch(self.model, recorder, self.batch, 0.1)
        self.assertAlmostEqual(loss, self.mean_loss(), places=12)
        checked = 0
        for name, (row, gradient) in recorder.gradients.items():
            for index, expected in enumerate(gradient):
                with self.subTest(f"{name}[{index}]"):
                    kept = row[index]
                    row[index] = kept + 1e-5
                    above = self.mean_loss()
                    row[index] = kept - 1e-5
                    below = self.mean_loss()
                    row[index] = kept
                    self.assertAlmostEqual((above - below) / 2e-5, expected, places=7)
                    checked += 1
        self.assertGreater(checked, 80)

    def test_probabilities_sum_to_one_even_for_extreme_weights(self):
        self.model.output_bias[3] = 1e4
        found = self.model.probabilities(self.model.hidden_layer([0, 1, 2]))
        self.assertAlmostEqual(sum(found), 1.0)
        self.assertGreaterEqual(min(found), 0.0)

    def test_it_learns_a_rule_by_heart(self):
        model, adam = CharLm("ab", 2, 6, seed=1), Adam()
        a, b = model.encode("ab")
        rule = [([a, b], a), ([b, a], b), ([PAD, PAD], a), ([PAD, a], b)]
        losses = [train_batch(model, adam, rule, 0.05) for _ in range(200)]
        self.assertLess(losses[-1], 0.05)
        self.assertEqual(model.generate("", length=6, temperature=0), "ababab")

    def test_state_survives_json_exactly(self):
        import json
        adam = Adam()
        train_batch(self.model, adam, self.batch, 0.1)
        model, other = CharLm.of_state(json.loads(json.dumps(self.model.state()))), Adam.of_state(json.loads(json.dumps(adam.state())))
        train_batch(self.model, adam, self.batch, 0.1)
        train_batch(model, other, self.batch, 0.1)
        self.assertEqual(model.state(), self.model.state())

    def test_generation_stops_at_the_end_mark_and_never_shows_special_marks(self):
        self.model.output_bias[END] = 100.0
        self.assertEqual(self.model.generate("abc", length=50), "")
        self.model.output_bias[END] = -100.0
        self.model.output_bias[PAD] = self.model.output_bias[UNKNOWN] = 100.0
        for temperature in (0.0, 0.01, 1.0):
            self.assertEqual(len(self.model.generate("zzz", length=50, temperature=temperature)), 50)

    def test_unknown_characters_have_one_id(self):
        self.assertEqual(self.model.encode("a日z"), [3, UNKNOWN, UNKNOWN])

    def test_weights_of_another_format_are_refused(self):
        with self.assertRaises(ValueError):
            CharLm.of_state({"format": 99})


if __name__ == "__main__":
    unittest.main()
