"""Source files: records whatever the blocks, and broken files named."""

import json
import random
import unittest

from governed_spark.records import partition_columns, read_records
from jobkit.errors import JobError


def cut(body: bytes, rng: random.Random) -> list[bytes]:
    blocks = []
    while body:
        size = rng.randrange(1, 40)
        blocks.append(body[:size])
        body = body[size:]
    return blocks


class Records(unittest.TestCase):
    def test_lines_and_arrays_are_read_alike_wherever_the_blocks_are_cut(self):
        records = [{"text": "ü\n\"{}[],日本 😀" * number, "n": number, "deep": {"a": [1, {}]}} for number in range(20)]
        lines = "\n".join(json.dumps(record, ensure_ascii=number % 2 == 0) for number, record in enumerate(records)).encode()
        forms = {"lines": lines, "crlf": lines.replace(b"\n", b"\r\n") + b"\r\n\r\n", "array": json.dumps(records).encode(),
                 "indented": json.dumps(records, indent=2).encode(), "bom": b"\xef\xbb\xbf" + lines}
        for name, body in forms.items():
            for seed in range(20):
                with self.subTest(name, seed=seed):
                    self.assertEqual(list(read_records(cut(body, random.Random(seed)), "f")), records)

    def test_empty_files_have_no_records(self):
        for body in (b"", b"  \n\n", b"[]", b" [ ] "):
            with self.subTest(body):
                self.assertEqual(list(read_records([body], "f")), [])

    def test_broken_files_fail_with_file_and_record(self):
        cases = {b'{"a": 1}\n{"a": }': "record 2", b'{"a": 1': "record 1", b'[{"a": 1}': "record 2", b"[1, 2]": "not a JSON object", b'"x"': "record 1",
                 b'[{"a": 1}] tail': "after the array", b'{"a": NaN}': "NaN", b'{"a": "\xff"}': "UTF-8", b'{"a": "\xc3': "UTF-8",
                 b"\x1f\x8b\x08gzip": "UTF-8", b"<html>": "record 1", b'{"a": ' + b"9" * 5000 + b"}": "record 1", b'{"a":' * 100_000: "record 1"}
        for body, expected in cases.items():
            with self.subTest(body[:20]):
                with self.assertRaises(JobError) as caught:
                    list(read_records([body], "s3://b/part-0.json"))
                self.assertIn(expected, caught.exception.message)
                self.assertIn("s3://b/part-0.json", caught.exception.message)

    def test_records_come_before_the_file_is_read_to_its_end(self):
        def blocks():
            yield b'{"n": 1}\n{"n": 2}\n'
            raise AssertionError("read further than needed")

        self.assertEqual(next(read_records(blocks(), "f")), {"n": 1})

    def test_folders_are_columns(self):
        self.assertEqual(partition_columns("form_type=10-K/fiscal_year=2023/cik=0000320193/quarter=__HIVE_DEFAULT_PARTITION__/a%20b=x%2Fy/part=1.json"),
                         {"form_type": "10-K", "fiscal_year": 2023, "cik": "0000320193", "quarter": None, "a b": "x/y"})
        self.assertEqual(partition_columns("plain/part-0.json"), {})


if __name__ == "__main__":
    unittest.main()
