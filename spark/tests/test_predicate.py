"""The filter language: what is true, what is unknown, what is refused and where."""

import unittest
from datetime import date
from decimal import Decimal

from governed_spark import predicate
from jobkit.errors import BadInput

ROW = {"year": 2023, "name": "O'Brien", "form": "10-K", "share": 0.5, "active": True, "none": None, "cik": "0000320193", "text year": "1990",
       "price": Decimal("1.50"), "day": date(2024, 2, 3), "list": [1]}


class Truth(unittest.TestCase):
    def test_conditions(self):
        cases = {
            "year >= 2023": True, "year > 2023": False, "year = 2023": True, "year == 2023": True, "year <> 2023": False, "year != 2022": True,
            "year < 2023.5": True, "name = 'O''Brien'": True, "form = '10-K' AND year >= 2020": True, "form = '10-Q' OR year = 2023": True,
            "NOT form = '10-Q'": True, "not not year = 2023": True, "form IN ('10-K', '10-Q')": True, "form NOT IN ('20-F')": True,
            "year in (2022, 2023)": True, "none IS NULL": True, "none is not null": False, "year IS NOT NULL": True, "active = TRUE": True,
            "active = false": False, "`text year` < 2000": True, "cik = 320193": True, "cik = '0000320193'": True, "cik = '320193'": False,
            "share > 4e-1": True, "share > -1": True, "price = 1.5": True, "price > 1": True, "day >= '2024-01-01'": True, "year = '2023'": True,
            "(year = 2023)": True, "year = 1 OR year = 2023 AND form = '10-K'": True, "(year = 1 OR year = 2023) AND form = '10-Q'": False,
        }
        for source, expected in cases.items():
            with self.subTest(source):
                self.assertIs(predicate.parse(source).test(ROW), expected)

    def test_null_is_unknown_as_in_sql(self):
        cases = {"none = 1": None, "none != 1": None, "NOT none = 1": None, "none IN (1, 2)": None, "none = 1 OR year = 2023": True,
                 "none = 1 AND year = 1": False, "none = 1 AND year = 2023": None, "absent > 3": None, "name > 5": None, "list = 1": None,
                 "year = 'abc'": None}
        for source, expected in cases.items():
            with self.subTest(source):
                self.assertIs(predicate.parse(source).test(ROW), expected)

    def test_columns_are_checked_before_any_row(self):
        parsed = predicate.parse("year > 1 AND (form IN ('x') OR `text year` IS NULL)")
        self.assertEqual(parsed.columns(), {"year", "form", "text year"})
        with self.assertRaises(BadInput) as caught:
            predicate.check(parsed, ["year", "form"], "a.b.c")
        self.assertIn("text year", caught.exception.message)

    def test_the_same_condition_as_spark_sql(self):
        source = "year >= 2023 AND NOT (name = 'O''Brien\\' OR form IN ('a', 'b')) AND none IS NOT NULL AND active = TRUE"
        self.assertEqual(predicate.parse(source).sql(),
                         r"(`year` >= 2023 AND (NOT (`name` = 'O\'Brien\\' OR `form` IN ('a', 'b'))) AND (NOT `none` IS NULL) AND `active` = TRUE)")


class Refusal(unittest.TestCase):
    def test_what_is_outside_the_language_is_refused_with_its_place(self):
        cases = {"year >= ": "the end", "year": "the end", "= 5": "character 1", "year = other": "character 8", "year = 5 year": "character 10",
                 "year BETWEEN 1 AND 2": "BETWEEN", "name LIKE 'a%'": "LIKE", "upper(name) = 'A'": "character 6", "year IN ()": "character 10",
                 "year IN (SELECT y FROM t)": "SELECT", "(year = 1": "the end", "year = 1)": "character 9", "name = \"x\"": "character 8",
                 "year = 1; DROP TABLE t": "character 9", "year = 'x": "character 8", "5 = year": "character 1", "year = 12abc": "character 8", "": "the end"}
        for source, expected in cases.items():
            with self.subTest(source):
                with self.assertRaises(BadInput) as caught:
                    predicate.parse(source)
                self.assertIn(expected, caught.exception.message)
                self.assertTrue(caught.exception.message.startswith("source.filter"))

    def test_deep_nesting_is_refused_instead_of_overflowing(self):
        for source in ("(" * 5000 + "year = 1" + ")" * 5000, "NOT " * 5000 + "year = 1"):
            with self.assertRaises(BadInput):
                predicate.parse(source)


if __name__ == "__main__":
    unittest.main()
