"""The split by group: never divided, never empty, stable."""

import random
import unittest
from decimal import Decimal

from governed_spark import split


def assigned(groups: list[str], fraction: str) -> dict[str, str]:
    places = [split.place(group) for group in groups]
    chosen = split.choose(Decimal(fraction), min(places), max(places))
    return {group: chosen.of(group) for group in groups}


class Split(unittest.TestCase):
    def test_both_splits_have_groups_whenever_there_are_two(self):
        for seed in range(500):
            rng = random.Random(seed)
            groups = [f"{seed}-{number}" for number in range(rng.choice([2, 2, 3, 5, 40]))]
            fraction = rng.choice(["0.000001", "0.05", "0.5", "0.95", "0.999999"])
            with self.subTest(seed=seed, fraction=fraction):
                self.assertEqual(set(assigned(groups, fraction).values()), {split.TRAIN, split.VALIDATION})

    def test_one_group_or_fraction_zero_is_all_training(self):
        self.assertEqual(set(assigned(["only"], "0.5").values()), {split.TRAIN})
        self.assertEqual(set(assigned(["a", "b", "c"], "0").values()), {split.TRAIN})

    def test_the_share_of_groups_approaches_the_fraction(self):
        groups = [str(number) for number in range(20_000)]
        share = sum(name == split.VALIDATION for name in assigned(groups, "0.05").values()) / len(groups)
        self.assertAlmostEqual(share, 0.05, delta=0.005)

    def test_a_group_keeps_its_side_when_others_come(self):
        before = assigned([str(number) for number in range(1000)], "0.1")
        after = assigned([str(number) for number in range(3000)], "0.1")
        self.assertEqual(before, {group: after[group] for group in before})

    def test_places_do_not_depend_on_the_process_and_fit_a_bigint(self):
        self.assertEqual(split.place("0000320193"), 1639886986363304759)
        self.assertTrue(all(0 <= split.place(str(number)) < 2**63 for number in range(1000)))

    def test_names_that_are_not_proper_text_have_a_place_too(self):
        self.assertIsInstance(split.place("\ud800"), int)


if __name__ == "__main__":
    unittest.main()
