"""Reading of JSON source files: one object a line, or one array, record by record in bounded memory."""

import codecs
import json
import re
from typing import Any, Iterable, Iterator
from urllib.parse import unquote

from jobkit.errors import JobError

LARGEST_RECORD = 32 * 1024 * 1024  # characters
_SKIP = re.compile(r"[\s,]*")
_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


def partition_columns(path: str) -> dict[str, Any]:
    """Columns that the folders `name=value` of a path stand for.

    A whole number becomes an int as in Spark, but only in its plain form: 0000320193 stays text, because its zeros are
    part of the identifier.
    """
    columns: dict[str, Any] = {}
    for folder in path.split("/")[:-1]:
        name, equals, value = folder.partition("=")
        if equals and name:
            columns[unquote(name)] = _partition_value(unquote(value))
    return columns


def _partition_value(value: str) -> Any:
    if value == _NULL_PARTITION:
        return None
    return int(value) if re.fullmatch(r"0|-?[1-9]\d{0,17}", value) else value


def read_records(blocks: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
    """The records of one file. A file that is not JSON objects fails with the file and the record's number."""
    return _Reader(blocks, name).records()


class _Reader:
    def __init__(self, blocks: Iterable[bytes], name: str):
        self._blocks = iter(blocks)
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._name = name
        self._buffer = ""
        self._position = 0
        self._ended = False
        self._parser = json.JSONDecoder(parse_constant=self._no_constant)

    def records(self) -> Iterator[dict[str, Any]]:
        count = 0
        in_array = self._next_character() == "["
        if in_array:
            self._position += 1
        while True:
            character = self._next_character()
            if character == "":
                if in_array:
                    raise self._bad(count + 1, "the array does not end")
                return
            if in_array and character == "]":
                self._position += 1
                if self._next_character() != "":
                    raise self._bad(count + 1, "there is text after the array")
                return
            count += 1
            yield self._record(count)

    def _record(self, number: int) -> dict[str, Any]:
        if self._buffer[self._position] != "{":
            raise self._bad(number, "it is not a JSON object")
        while True:
            try:
                record, self._position = self._parser.raw_decode(self._buffer, self._position)
                return record
            except RecursionError as failure:
                raise self._bad(number, "it is nested too deeply") from failure
            except ValueError as failure:  # JSONDecodeError, or a number of thousands of digits
                if len(self._buffer) - self._position > LARGEST_RECORD:
                    raise self._bad(number, f"it is longer than {LARGEST_RECORD} characters or broken") from failure
                # Perhaps only cut off by the end of the block. Read as much again, so that long records stay linear.
                if not self._fill(len(self._buffer) - self._position):
                    raise self._bad(number, getattr(failure, "msg", str(failure))) from failure

    def _next_character(self) -> str:
        while True:
            match = _SKIP.match(self._buffer, self._position)
            self._position = match.end() if match else self._position
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if not self._fill(1):
                return ""

    def _fill(self, at_least: int) -> bool:
        """Reads at least so many characters; False where the file ended before the first."""
        parts, got = [self._buffer[self._position:]], 0
        while got < max(1, at_least) and not self._ended:
            block = next(self._blocks, None)
            self._ended = block is None
            try:
                parts.append(self._decode(block or b"", self._ended))
            except UnicodeDecodeError as failure:
                raise JobError("BadSource", f"{self._name} is not UTF-8: {failure.reason}. Mend the file and pin a new version.") from failure
            got += len(parts[-1])
        self._buffer, self._position = "".join(parts), 0
        return got > 0

    def _no_constant(self, constant: str) -> Any:
        raise JobError("BadSource", f"{self._name} holds {constant}, which is not JSON. Mend the file and pin a new version.")

    def _bad(self, number: int, why: str) -> JobError:
        return JobError("BadSource", f"{self._name}, record {number}: {why}. Mend the file and pin a new version.")
