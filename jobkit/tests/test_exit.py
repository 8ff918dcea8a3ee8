"""How jobs end, and that nothing they print has a secret in it."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from jobkit import exit as job_exit
from jobkit.errors import BadInput, JobError, Refused, SourceChanged
from jobkit.log import say, warn
from jobkit.redaction import one_line, register, scrub


def ended(action, failure_file=None):
    """(exit code, stdout, stderr)"""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = job_exit.run(action, failure_file)
    return code, out.getvalue(), err.getvalue()


def raising(failure):
    def action():
        raise failure
    return action


class Exit(unittest.TestCase):
    def test_codes_are_those_of_the_contract(self):
        for failure, code in ((BadInput("BadDocument", "x"), 2), (Refused("AccessDenied", "x"), 3), (SourceChanged("x"), 4),
                              (JobError("NoExamples", "x"), 1), (ValueError("x"), 1)):
            with self.subTest(failure):
                self.assertEqual(ended(raising(failure))[0], code)
        self.assertEqual(ended(lambda: None), (0, "", ""))

    def test_the_last_line_is_the_error_and_only_one(self):
        code, _, err = ended(raising(JobError("Odd", "line one\nline two")))
        self.assertEqual(err, "error Odd: line one line two\n")

    def test_an_unforeseen_error_shows_where_and_still_ends_with_the_line(self):
        _, _, err = ended(raising(KeyError("gone")))
        self.assertIn("Traceback", err)
        self.assertTrue(err.splitlines()[-1].startswith("error Internal: KeyError"))

    def test_the_failure_file_holds_the_same_line_within_sagemakers_limit(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "output", "failure")
            ended(raising(JobError("Odd", "x" * 5000)), file)
            text = file.read_text()
        self.assertTrue(text.startswith("error Odd: xxx"))
        self.assertLessEqual(len(text), 1024)


class Redaction(unittest.TestCase):
    def test_a_registered_secret_never_gets_out(self):
        register("canary-5ecr3t-value", "canary-5ecr3t-value-longer", None, "short")
        code, out, err = ended(lambda: (say("token canary-5ecr3t-value-longer!"), warn("and canary-5ecr3t-value"),
                                        raising(ValueError("canary-5ecr3t-value"))()))
        self.assertEqual(code, 1)
        self.assertNotIn("canary-5ecr3t", out + err)
        self.assertIn("token [redacted]!", out)

    def test_ordinary_words_survive(self):
        register("a", "the", "short")
        self.assertEqual(scrub("a short word of the text"), "a short word of the text")

    def test_messages_of_services_become_one_bounded_line(self):
        self.assertEqual(one_line("a\n  b\t c"), "a b c")
        self.assertEqual(len(one_line("x" * 10_000)), 600)


if __name__ == "__main__":
    unittest.main()
