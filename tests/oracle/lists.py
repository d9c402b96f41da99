"""Writes tests/fixtures/readers/lists.json: lists of images by Python's csv module, with the rows that they hold.

    python3 tests/oracle/lists.py tests/fixtures/readers/lists.json
"""
import csv
import io
import json
import sys

rows = [("a/1.png", "Zoë, the first"), ('b/"2".png', 'said "no"'), ("c/3 4.png", "three\n\nlines"), ("d.png", "plain"),
        ("e.png", "plain")]


def write(header, quoting, end):
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting, lineterminator=end)
    if header:
        writer.writerow(header)
    for i, (path, label) in enumerate(rows):
        writer.writerow([i, label, path, ""] if header and len(header) == 4 else [path, label])
    return out.getvalue()


files = {
    "plain": write(None, csv.QUOTE_MINIMAL, "\n"),
    "path,label": write(["path", "label"], csv.QUOTE_ALL, "\r\n"),
    "titles": write(["index", "who", "file, name", "empty"], csv.QUOTE_NONNUMERIC, "\r\n"),
}
with open(sys.argv[1], "w") as file:
    json.dump({"rows": rows, "files": files}, file, ensure_ascii=False)
