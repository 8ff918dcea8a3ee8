"""Cleaning and splitting, by example and by property."""

import random
import unittest

from governed_spark import chunks, text, tokens

SENTENCE = "Our results could suffer if customers in this market change what they buy from us. "


def squeezed(value: str) -> str:
    return "".join(value.split())


class Cleaning(unittest.TestCase):
    def test_one_form_for_the_same_text(self):
        for raw, expected in (
                ("a\u00a0b\u00ad c\u200bd", "a b cd"), ("caf\u0065\u0301 \ufb01rst", "café first"), ("AT&amp;T &lt;5%", "AT&T <5%"),
                ("<p>One <b>bold</b></p><p>Two</p>", "One bold\n\nTwo"), ("a\r\nb\r\n\r\nc", "a b\n\nc"), ("one\ntwo", "one\n\ntwo"),
                ("depart-\nment of\nstate\n\nnext", "department of state\n\nnext"), ("x\x00y\ud800z", "x y z"), ("  \n\n ", ""), ("a < b and c > d", "a < b and c > d")):
            with self.subTest(raw):
                self.assertEqual(text.normalise(raw), expected)

    def test_normalising_again_changes_nothing(self):
        rng = random.Random(11)
        for seed in range(200):
            raw = "".join(rng.choice(["word", "Item 1A.", "\n", "\n\n", " ", "-\n", "é", "\u00a0", "12", "<br>", ". "]) for _ in range(60))
            with self.subTest(seed):
                once = text.normalise(raw)
                self.assertEqual(text.normalise(once), once)

    def test_furniture_of_filings_goes_and_prose_stays(self):
        raw = "\n\n".join(["Item 1A. Risk Factors", "Table of Contents", SENTENCE, "12", "Page 13 of 80", "ACME CORP FORM 10-K", SENTENCE + "More.",
                           "ACME CORP FORM 10-K", "- 14 -", "ACME CORP FORM 10-K", "2023 1,204.5 33% 2022 998.1 31%",
                           "us-gaap:CommonStockMember 2023", "(continued)", SENTENCE + "End."])
        self.assertEqual(text.clean(raw), "\n\n".join([SENTENCE.strip(), SENTENCE + "More.", SENTENCE + "End."]))

    def test_notices_and_captions_are_dropped_whole(self):
        for raw in ("There have been no material changes to the risk factors disclosed in our annual report.", "Not applicable.", "Too short.", "", "12 34 56"):
            with self.subTest(raw):
                self.assertEqual(text.clean(raw), "")

    def test_a_long_section_that_mentions_no_material_changes_stays(self):
        self.assertTrue(text.clean(SENTENCE * 10 + "There were no material changes in law."))

    def test_values_for_prompts_are_one_clean_line(self):
        self.assertEqual(text.plain(" Acme\n\tCorp\x07 \ud800"), "Acme Corp")


class Tokens(unittest.TestCase):
    def test_estimate_is_ceil_of_1_3_a_word(self):
        for words, expected in ((0, 0), (1, 2), (2, 3), (10, 13), (11, 15), (1000, 1300)):
            self.assertEqual(tokens.estimate("word " * words), expected)

    def test_an_endless_word_counts_as_many(self):
        self.assertEqual(tokens.estimate("x" * 240), 13)

    def test_words_within_is_the_inverse(self):
        for limit in range(2, 400):
            words = tokens.words_within(limit)
            self.assertLessEqual(tokens.estimate("w " * words), limit)
            self.assertGreater(tokens.estimate("w " * (words + 1)), limit)


class Splitting(unittest.TestCase):
    def test_no_piece_is_over_the_limit_and_nothing_is_lost(self):
        for seed in range(300):
            rng = random.Random(seed)
            words = ["risk", "Company", "x" * 60, "may", "adverse.", "The", "why?", "“Quote.”", "日本語" * 20, "and", "5%"]
            raw = "".join(rng.choice(words) + rng.choice([" ", " ", " ", "\n\n"]) for _ in range(rng.randrange(1, 400)))
            clean = text.normalise(raw)
            limit = rng.choice([16, 33, 64, 200, 1000])
            with self.subTest(seed=seed, limit=limit):
                pieces = chunks.split_text(clean, limit)
                self.assertTrue(all(tokens.estimate(piece) <= limit for piece in pieces))
                self.assertEqual(squeezed("".join(pieces)), squeezed(clean))
                self.assertTrue(all(piece == piece.strip() and piece for piece in pieces))

    def test_whole_paragraphs_are_kept_together_where_they_fit(self):
        clean = "\n\n".join(f"{number} " + SENTENCE.strip() for number in range(10))
        for piece in chunks.split_text(clean, 64):
            self.assertTrue(piece[0].isdigit() and piece.endswith("from us."))

    def test_a_long_paragraph_is_cut_at_sentences(self):
        for piece in chunks.split_text((SENTENCE * 20).strip(), 64):
            self.assertTrue(piece.startswith("Our") and piece.endswith("us."))

    def test_factors_begin_at_their_headings(self):
        factor = (SENTENCE * 6).strip()
        clean = "\n\n".join(["Risks Related to Our Business", "We may lose customers to our competitors.", factor, factor,
                             "Changes in Law", factor, "Our systems could fail and harm our reputation.", factor])
        factors = chunks.split_factors(clean)
        self.assertEqual([run[0] for run in factors], ["Risks Related to Our Business", "Changes in Law", "Our systems could fail and harm our reputation."])
        self.assertEqual(factors[0][1], "We may lose customers to our competitors.")

    def test_text_without_headings_is_one_factor(self):
        clean = "\n\n".join([(SENTENCE * 3).strip()] * 4)
        self.assertEqual(len(chunks.split_factors(clean)), 1)

    def test_no_text_gives_no_pieces(self):
        self.assertEqual(chunks.split_text("", 100), [])


if __name__ == "__main__":
    unittest.main()
