import { assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Files, openRecords, type Records, scanRecords } from "../../../datasets/mod.ts";
import { diskFiles } from "../../../experiments/disk.ts";
import { findRecord, FIRST, MAGIC, MIDDLE, RecordDamage } from "../../../datasets/recordio/record.ts";
import { openWindow } from "../../../datasets/recordio/window.ts";
import { DATA, fromBase64, hasData, memoryFiles } from "../helpers.ts";
import { type DescribedRecord, FIXTURE, recordFile } from "./helpers.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Everything that a file holds, as the fixture describes it, by offset. */
async function describe(records: Records): Promise<Omit<DescribedRecord, "pixels">[]> {
  const rows = await Promise.all(Array.from({ length: records.count }, async (_, place) => {
    const { offset, header: { flag, labels, id }, content } = await records.read(place);
    const row = { offset, flag, labels: [...labels], id: Number(id), length: content.length };
    return { ...row, sha256: bytesToHex(sha256(content)) };
  }));
  return rows.sort((a, b) => a.offset - b.offset);
}

function known(rows: readonly DescribedRecord[]): Omit<DescribedRecord, "pixels">[] {
  return rows.map(({ offset, flag, labels, id, length, sha256 }) => ({ offset, flag, labels, id, length, sha256 }));
}

Deno.test({
  name: "openRecords() reads MXNet's train.rec to the byte, with its index and without (needs recordio/train.rec)",
  ignore: !hasData("recordio/train.rec"),
  async fn() {
    const files = diskFiles(DATA), path = "recordio/train.rec";
    const indexed = await openRecords(path, files, { index: "recordio/train.idx" });
    assertEquals([...indexed.keys], [0, 4, 7, 5, 1, 6, 3, 2]);
    assertEquals(await describe(indexed), known(FIXTURE.train));
    const scanned = await openRecords(path, files);
    assertEquals([scanned.keyedBy, [...scanned.keys], [...scanned.offsets]], ["id", [...indexed.keys], [
      ...indexed.offsets,
    ]]);
    assertEquals(await describe(scanned), known(FIXTURE.train));
    assertEquals([5, 2, 8].map(scanned.find), [3, 7, -1]);
  },
});

Deno.test({
  name: "openRecords() reads dmlc-core's own sample.rec to the byte (needs recordio/sample.rec)",
  ignore: !hasData("recordio/sample.rec"),
  async fn() {
    const records = await openRecords("recordio/sample.rec", diskFiles(DATA));
    assertEquals(await describe(records), known(FIXTURE.sample));
    assertEquals([...records.keys], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  },
});

Deno.test("openRecords() puts the magic number back between the parts of a record", async () => {
  const { rec, idx, contents } = FIXTURE.insightface;
  for (const index of ["a.idx", undefined]) {
    const records = await openRecords("a.rec", memoryFiles({ "a.rec": fromBase64(rec), "a.idx": text(idx) }), {
      index,
    });
    for (const [image, content] of contents.entries()) {
      assertEquals((await records.read(records.find(image + 1))).content, fromBase64(content));
    }
  }
});

Deno.test("openRecords() reads records beyond 4 GiB", async () => {
  // The file is nothing but a record at its end; whatever is read before it fails.
  const { rec } = recordFile([[7, 3]]), offset = 2 ** 33 + 4;
  const files: Files = {
    ...memoryFiles({ "a.idx": text(`7\t${offset}\n`) }),
    size: (path) => Promise.resolve(path === "a.rec" ? offset + rec.length : 13),
    read: (path, range) =>
      path === "a.rec"
        ? Promise.resolve(rec.slice(range!.start - offset, range!.start - offset + range!.length))
        : memoryFiles({ "a.idx": text(`7\t${offset}\n`) }).read(path, range),
  };
  const record = await (await openRecords("a.rec", files, { index: "a.idx" })).read(0);
  assertEquals([record.offset, record.header.label, record.header.id], [offset, 3, 7n]);
});

Deno.test("openRecords() takes a record's place for its key where ids are double", async () => {
  const files = memoryFiles({ "a.rec": recordFile([[5, 0], [5, 1], [6, 1]]).rec });
  const records = await openRecords("a.rec", files);
  assertEquals([records.keyedBy, [...records.keys]], ["position", [0, 1, 2]]);
});

Deno.test("openRecords() refuses an index that is none, with its line", async () => {
  const { rec } = recordFile([[0, 0], [1, 1]]);
  const open = (index: string): Promise<unknown> =>
    openRecords("a.rec", memoryFiles({ "a.rec": rec, "a.idx": text(index) }), { index: "a.idx" });
  assertEquals([...(await open("0\t0\r\n3\t104") as Records).keys], [0, 3]);
  for (
    const [index, line] of [
      ["0\t0\nx\t104\n", 2],
      ["0\t0\n\n1\t104\n", 2],
      ["0\n", 1],
      ["0\t1.5\n", 1],
      ["0\t-4\n", 1],
      ["0\t\n", 1],
      ["0\t0\n7", 2],
      ["0\t99999999999999999\n", 1],
    ] as const
  ) {
    await assertRejects(
      () => open(index),
      SyntaxError,
      `Cannot read "a.idx", line ${line}: a key, a tab and an offset`,
    );
  }
  await assertRejects(
    () => open("0\t0\n1\t1000\n"),
    RangeError,
    `"a.idx", line 2: a record at byte 1000 lies past the end`,
  );
  await assertRejects(() => open("4\t0\n4\t104\n"), RangeError, `"a.idx", line 2: key 4 stands there a second time`);
});

Deno.test("openRecords() says which record is damaged, where and how", async () => {
  const { rec, idx } = recordFile([[0, 0], [9, 1]]), second = Number(new TextDecoder().decode(idx).split(/\s/)[3]);
  const read = async (change: (file: DataView) => void, cut = 0): Promise<unknown> => {
    const file = rec.slice(0, rec.length - cut);
    change(new DataView(file.buffer));
    return await (await openRecords("a.rec", memoryFiles({ "a.rec": file, "a.idx": idx }), { index: "a.idx" })).read(1);
  };
  const where = `Cannot read record 9 of "a.rec" at byte ${second}: Cannot read `;
  const cases: [(file: DataView) => void, string][] = [
    [
      (file) => file.setUint32(second, 5, true),
      `byte ${second}: found 0x00000005, the magic number 0xced7230a is wanted`,
    ],
    [
      (file) => file.setUint32(second + 4, 4000, true),
      `byte ${second}: a part claims 4000 bytes, the file has ${rec.length - second - 8} more`,
    ],
    [
      (file) => file.setUint8(second + 7, 0x40),
      `byte ${second}: found a part of kind 2, a whole record (0) or a first part (1)`,
    ],
    [(file) => file.setUint32(second + 4, 2 ** 29 + 24, true), `byte ${second + 32}: found 0x`],
    [(file) => file.setUint32(second + 4, 2 ** 29 + 23, true), `byte ${second + 32}: a part of 23 bytes goes on`],
    [(file) => file.setUint32(second + 4, 20, true), "the header: the record has 20 bytes, at least 24 are wanted"],
    [(file) => file.setUint32(second + 8, 1000, true), "the header: it claims 1000 labels"],
  ];
  for (const [change, message] of cases) await assertRejects(() => read(change), SyntaxError, where + message);
  await assertRejects(() => read(() => {}, rec.length - second - 12), SyntaxError, where);
});

Deno.test("scanRecords() goes on after damage at the next whole record, even where bytes are lost", async () => {
  const { rec, idx } = recordFile([[0, 0], [1, 1], [2, 0], [3, 1]]);
  const offsets = new TextDecoder().decode(idx).trim().split("\n").map((line) => Number(line.split("\t")[1]));
  const lost = Uint8Array.of(...rec.subarray(0, offsets[1]! + 50), ...rec.subarray(offsets[1]! + 53));
  const found: unknown[] = [];
  for await (const scanned of scanRecords("a.rec", memoryFiles({ "a.rec": lost }))) {
    found.push("damage" in scanned ? [scanned.damage.offset, scanned.damage.end] : Number(scanned.header?.id));
  }
  // The second record's length leads into the third, which is found by its magic number.
  assertEquals(found, [0, 1, [offsets[2]!, offsets[3]! - 3], 3]);
});

Deno.test("findRecord() follows parts that lead nowhere once, so that scanRecords() does not hang on them", async () => {
  const firsts = 2000, middles = 20000, words: number[] = [];
  // Each first part reaches to where the middle parts begin; there is no last one.
  for (let i = 0; i < firsts; i++) words.push(MAGIC, FIRST * 2 ** 29 + 8 * (firsts - 1 - i));
  for (let i = 0; i < middles; i++) words.push(MAGIC, MIDDLE * 2 ** 29);
  const files = memoryFiles({ "a.rec": new Uint8Array(Uint32Array.from(words).buffer) });
  const file = await openWindow("a.rec", files), dead = new Set<number>();
  await assertRejects(() => findRecord(file, 0, dead), RecordDamage, `Cannot read byte ${file.size}: the file ends`);
  assertEquals(dead.size, middles);
  await assertRejects(() => findRecord(file, 8, dead), RecordDamage, "leads to no last part, as was found before");
  const [found, ...more] = await Array.fromAsync(scanRecords("a.rec", files));
  assertEquals([found && "damage" in found && [found.damage.offset, found.damage.end], more], [[0, file.size], []]);
});
