"""Preparation of governed tables for fine-tuning: a pure core and two shells that apply it."""

NAME = "governed-spark"
VERSION = "0.1.0"
