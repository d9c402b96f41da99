"""Writes tests/fixtures/readers/tar.json: small shards by Python's tarfile, in every format, with their samples.

    /usr/bin/python3 tests/oracle/tar.py tests/fixtures/readers/tar.json
"""
import base64
import gzip
import io
import json
import struct
import sys
import tarfile
import zlib


def png(value):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([value] * 3) for _ in range(2))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


long = "/".join(["a folder of a long name"] * 6)
samples = [("./0001", "7", 1), ("0002", "12", 2), (f"{long}/0003", "7", 3), ("Zoë/0004", "-1", 4)]


def shard(format, label):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        folder = tarfile.TarInfo("Zoë")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for key, name, value in samples:
            content = {"cls": name + "\n", "json": json.dumps({"id": name, "x": [1]}), "txt": "x" * 1000}
            for extension, data in [("png", png(value)), ("txt", content["txt"].encode()),
                                    (label, content[label].encode())]:
                info = tarfile.TarInfo(f"{key}.{extension}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "0001.png"
        archive.addfile(link)
    return base64.b64encode(gzip.compress(out.getvalue(), mtime=0)).decode()


with open(sys.argv[1], "w") as file:
    json.dump({
        "names": [f"{key[2:] if key.startswith('./') else key}.png" for key, _, _ in samples],
        "classes": [name for _, name, _ in samples], "values": [value for _, _, value in samples],
        "ustar": shard(tarfile.USTAR_FORMAT, "cls"), "gnu": shard(tarfile.GNU_FORMAT, "cls"),
        "pax": shard(tarfile.PAX_FORMAT, "json"),
    }, file, ensure_ascii=False)
