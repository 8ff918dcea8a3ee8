"""The demonstration: a sandbox, an operator and one governed run, driven with a real kubectl. See `python3 -m demo --help`."""
