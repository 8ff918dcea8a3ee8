"""Fakes for the tests of the jobs; never packaged with them."""
