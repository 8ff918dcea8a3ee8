"""Retries end, wait as long as the server asked, and never sleep in a test."""

import random
import unittest
from email.utils import formatdate

from jobkit.errors import JobError
from jobkit.retry import RetryPolicy, Transient, parse_retry_after
from testkit.fake_clock import START, FakeClock


class Failing:
    def __init__(self, times: int, retry_after: float | None = None):
        self.left = times
        self.retry_after = retry_after

    def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise Transient(JobError("Busy", "busy"), self.retry_after)
        return "done"


class Retries(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()

    def policy(self, **options):
        return RetryPolicy(self.clock, rng=random.Random(1), **options)

    def test_goes_on_until_it_works(self):
        self.assertEqual(self.policy().call(Failing(3)), "done")
        self.assertEqual(len(self.clock.slept), 3)

    def test_gives_the_callers_own_error_when_the_attempts_are_used_up(self):
        with self.assertRaises(JobError) as caught:
            self.policy(attempts=4).call(Failing(99))
        self.assertEqual(caught.exception.code, "Busy")
        self.assertEqual(len(self.clock.slept), 3)

    def test_waits_are_jittered_and_capped(self):
        with self.assertRaises(JobError):
            self.policy(attempts=40, base=1.0, cap=8.0, budget=1e9).call(Failing(99))
        self.assertTrue(all(0 <= wait <= 8.0 for wait in self.clock.slept))
        self.assertGreater(len(set(self.clock.slept)), 30)

    def test_never_comes_back_before_the_server_asked_for(self):
        self.policy().call(Failing(1, retry_after=17.0))
        self.assertGreaterEqual(self.clock.slept[0], 17.0)

    def test_does_not_start_a_wait_that_passes_the_budget(self):
        with self.assertRaises(JobError):
            self.policy(budget=60.0).call(Failing(1, retry_after=3600.0))
        self.assertEqual(self.clock.slept, [])

    def test_other_errors_pass_at_once(self):
        def broken():
            raise JobError("Bad", "bad")

        with self.assertRaises(JobError):
            self.policy().call(broken)
        self.assertEqual(self.clock.slept, [])

    def test_retry_after_is_seconds_or_a_date(self):
        self.assertEqual(parse_retry_after("12", START), 12.0)
        self.assertEqual(parse_retry_after(formatdate(START + 30, usegmt=True), START), 30.0)
        self.assertEqual(parse_retry_after(formatdate(START - 30, usegmt=True), START), 0.0)
        self.assertIsNone(parse_retry_after("soon", START))
        self.assertIsNone(parse_retry_after(None, START))


if __name__ == "__main__":
    unittest.main()
