"""Writes tests/fixtures/readers/parquet.json: small Parquet files by Apache Arrow (pyarrow 25.0.1), in the manner of
Hugging Face's datasets, with their images and labels.

    /usr/bin/python3 tests/oracle/parquet.py tests/fixtures/readers/parquet.json
"""
import base64
import io
import json
import struct
import sys
import zlib

import pyarrow as pa
import pyarrow.parquet as pq


def png(value):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([value] * 3) for _ in range(2))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


values = [10, 20, 30, 40, 50, 60, 70]
labels = [2, 0, 2, 2, 0, 0, 2]
image_type = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
images = pa.array([{"bytes": png(v), "path": None if v == 20 else f"{v}.png"} for v in values], image_type)
other = pa.array([f"a text of no use {v}" for v in values])
names = {"info": {"features": {"image": {"_type": "Image"},
                               "label": {"names": ["zebra", "unused", "ant"], "_type": "ClassLabel"}}}}


def write(columns, metadata=None, **options):
    table = pa.table(columns)
    if metadata:
        table = table.replace_schema_metadata({"huggingface": json.dumps(metadata)})
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=3, **options)
    return base64.b64encode(out.getvalue()).decode()


ints, words = pa.array(labels, pa.int64()), pa.array(["c", "a", "c", "c", "a", "a", "c"])
files = {
    "snappy": write({"image": images, "label": ints, "other": other}, names),
    **{codec: write({"image": images, "label": ints}, names, compression=codec)
       for codec in ["none", "gzip", "zstd", "brotli", "lz4"]},
    "page version 2": write({"image": images, "label": ints}, names, data_page_version="2.0", write_page_index=True),
    "small pages": write({"image": images, "label": ints}, names, data_page_size=1, use_dictionary=False,
                         write_batch_size=1),
    "numbers alone": write({"image": images, "label": pa.array(labels, pa.int32())}),
    "words": write({"label": words, "image": images}),
    "bytes alone": write({"png": pa.array([png(v) for v in values], pa.large_binary()), "who": pa.array(words.dictionary_encode())}),
    "no label": write({"image": images, "label": pa.array([2, 0, 2, 2, None, 0, 2], pa.int64())}),
    "no bytes": write({"image": pa.array([{"bytes": None, "path": "x.png"}] * 7, image_type), "label": ints}),
    "differences": write({"image": images, "label": ints}, names, use_dictionary=False, write_page_checksum=True,
                         column_encoding={"image.bytes": "DELTA_LENGTH_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"}),
    "shared beginnings": write({"image": images, "label": pa.array(["c1", "c0", "c1", "c1", "c0", "c0", "c1"])},
                               use_dictionary=False, compression="lz4", data_page_version="2.0",
                               column_encoding={"image.bytes": "DELTA_BYTE_ARRAY", "label": "DELTA_BYTE_ARRAY"}),
    "unsigned": write({"image": images, "label": pa.array(labels, pa.uint8())}),
    "real": write({"image": images, "label": pa.array(labels, pa.float64())}),
    "dates": write({"image": images, "label": pa.array(labels, pa.date32())}),
    "lists": write({"image": images, "label": pa.array([[label] for label in labels], pa.list_(pa.int64()))}),
    "unknown": write({"image": images, "label": pa.array([2, 0, 2, 2, -1, 0, 2], pa.int64())}, names),
}
with open(sys.argv[1], "w") as file:
    json.dump({"pyarrow": pa.__version__, "values": values, "labels": labels, "files": files}, file)
