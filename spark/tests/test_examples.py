"""From rows to examples."""

import json
import random
import unittest

from governed_spark import tokens
from governed_spark.examples import Counts, Recipe, digest
from governed_spark.template import Template
from jobkit.documents import parse_prepare
from jobkit.errors import BadInput
from testkit import jobs
from testkit.fake_cloud import FakeCloud

TEXT = "Our results could suffer if customers in this market change what they buy from us. " * 30


def recipe(**changes) -> Recipe:
    document = jobs.prepare_job(FakeCloud(), "sha256:" + "0" * 64, **changes)
    return Recipe(parse_prepare(json.dumps(document).encode()))


def made(recipe_, row):
    counts = Counts()
    return list(recipe_.examples(row, counts)), counts


class Examples(unittest.TestCase):
    def test_prompt_and_completion_stay_within_the_limit_together(self):
        rng = random.Random(5)
        for _ in range(50):
            row = {"cik": "1", "name": "Word " * rng.randrange(1, 20), "year": 2023, "text": TEXT}
            examples, _ = made(recipe(), row)
            self.assertTrue(examples)
            for example in examples:
                self.assertLessEqual(example.tokens, 128)
                self.assertEqual(example.tokens, tokens.estimate(example.prompt) + tokens.estimate(example.completion))

    def test_the_prompt_is_rendered_from_the_row(self):
        examples, _ = made(recipe(), {"cik": 320193, "name": "Acme\nCorp", "year": 2023.0, "text": TEXT})
        self.assertEqual((examples[0].prompt, examples[0].group), ("Company Acme Corp, 2023:", "320193"))

    def test_rows_that_cannot_be_used_are_counted_by_reason(self):
        made_here = recipe(source__filter="year >= 2020")
        counts = Counts()
        for row in ({"year": 2019, "text": TEXT}, {"year": None, "text": TEXT}, {"year": 2023}, {"year": 2023, "text": 5}, {"year": 2023, "text": "Not applicable."},
                    {"year": 2023, "name": "x " * 100, "text": TEXT}):
            self.assertEqual(list(made_here.examples(row, counts)), [])
        self.assertEqual(str(counts), "6 rows read, 2 filtered out, 1 with a prompt longer than half of maxTokens, 3 without usable text")

    def test_rows_without_a_group_are_groups_of_their_own(self):
        for made_here in (recipe(), recipe(preprocessing__groupColumn=None)):
            one, _ = made(made_here, {"text": TEXT})
            other, _ = made(made_here, {"text": TEXT + " More."})
            self.assertEqual(len({example.group for example in one}), 1)
            self.assertNotEqual(one[0].group, other[0].group)

    def test_copies_have_one_digest_whatever_their_spaces_and_case(self):
        self.assertEqual(digest("A  risk\n\nfactor"), digest("a risk factor"))
        self.assertNotEqual(digest("a risk factor"), digest("a riskfactor"))

    def test_settings_that_name_missing_columns_are_refused(self):
        known = ("cik", "name", "year", "text")
        recipe().check_columns(known)
        for change, expected in (({"preprocessing__textColumn": "body"}, "textColumn"), ({"preprocessing__groupColumn": "lei"}, "groupColumn"),
                                 ({"preprocessing__promptTemplate": "{title}"}, "{title}"), ({"source__filter": "form = 'x'"}, "filter")):
            with self.subTest(expected), self.assertRaises(BadInput) as caught:
                recipe(**change).check_columns(known)
            self.assertIn(expected, caught.exception.message)


class Templates(unittest.TestCase):
    def test_placeholders_and_braces(self):
        template = Template("{{{name}}} of {year}: {none}{flag}")
        self.assertEqual(template.columns, ("name", "year", "none", "flag"))
        self.assertEqual(template.render({"name": "{year}", "year": 1990, "none": None, "flag": True}), "{{year}} of 1990: true")

    def test_anything_else_in_braces_is_refused(self):
        for source in ("{", "}", "{}", "{a b}", "{a.b}", "{a[0]}", "{a!r}", "{a:>10}", "text } more", "{a{b}}"):
            with self.subTest(source), self.assertRaises(BadInput) as caught:
                Template(source)
            self.assertIn("preprocessing.promptTemplate", caught.exception.message)

    def test_a_template_may_be_empty(self):
        self.assertEqual(Template("").render({}), "")


if __name__ == "__main__":
    unittest.main()
