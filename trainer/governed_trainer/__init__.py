"""Fine-tuning on a prepared, governed table: the container's program."""

NAME = "governed-trainer"
VERSION = "0.1.0"
