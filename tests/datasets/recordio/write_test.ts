import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeImageRecord,
  encodeImageHeader,
  encodeRecord,
  formatProperty,
  openRecords,
  parseProperty,
  writeRecords,
} from "../../../datasets/mod.ts";
import { findRecord, MAGIC_BYTES, readPayload } from "../../../datasets/recordio/record.ts";
import { openWindow } from "../../../datasets/recordio/window.ts";
import { fromBase64, memoryFiles } from "../helpers.ts";
import { FIXTURE, insightfaceTree } from "./helpers.ts";

Deno.test("encodeRecord() writes what an independent writer does, magic numbers and all", async () => {
  for (const { payload, record } of FIXTURE.written) {
    assertEquals(encodeRecord(fromBase64(payload)), fromBase64(record));
    const file = await openWindow("a.rec", memoryFiles({ "a.rec": fromBase64(record) }), 8);
    const span = await findRecord(file, 0);
    assertEquals([await readPayload(file, span), span.end], [fromBase64(payload), file.size]);
  }
});

Deno.test("encodeRecord() is undone by reading, for any payload at any place", async () => {
  const piece = fc.oneof(fc.constant(MAGIC_BYTES), fc.uint8Array({ maxLength: 5 }));
  const payload = fc.array(piece, { maxLength: 12 }).map((pieces) =>
    Uint8Array.from(pieces.flatMap((bytes) => [...bytes]))
  );
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 4 }), async (payloads) => {
      const bytes = Uint8Array.from(payloads.flatMap((payload) => [...encodeRecord(payload)]));
      const file = await openWindow("a.rec", memoryFiles({ "a.rec": bytes }), 16);
      let at = 0;
      for (const payload of payloads) {
        const span = await findRecord(file, at);
        assertEquals(await readPayload(file, span), payload);
        assertEquals([span.length, span.end % 4], [payload.length, 0]);
        at = span.end;
      }
      assertEquals(at, bytes.length);
    }),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("encodeImageHeader() is undone by decodeImageRecord(), and refuses labels that float32 rounds", () => {
  const { header, content } = decodeImageRecord(Uint8Array.of(...encodeImageHeader([4, 0.5], 9, 3), 1, 2));
  assertEquals([header.flag, header.label, [...header.labels], header.id, header.id2], [2, 4, [4, 0.5], 9n, 3n]);
  assertEquals(content, Uint8Array.of(1, 2));
  assertEquals(encodeImageHeader(1, 2), Uint8Array.of(0, 0, 0, 0, 0, 0, 0x80, 0x3f, 2, ...new Array(15).fill(0)));
  assertThrows(() => encodeImageHeader(2 ** 24 + 1, 5), RangeError, "Cannot write label 16777217 of record 5");
});

async function write(labels: number[], layout: "insightface" | "im2rec"): Promise<{ rec: Uint8Array; idx: string }> {
  const rec: number[] = [];
  let idx = "";
  const source = {
    labels: Int32Array.from(labels),
    content: (image: number) => Promise.resolve(fromBase64(FIXTURE.insightface.contents[image]!)),
  };
  for await (const { bytes, index } of writeRecords(source, { layout })) rec.push(...bytes), idx += index;
  return { rec: Uint8Array.from(rec), idx };
}

Deno.test("writeRecords() writes insightface's layout as the fixture has it, but for the array of labels there", async () => {
  const { labels, rec: known } = FIXTURE.insightface, { rec, idx } = await write(labels, "insightface");
  const tree = { "a.rec": rec, "a.idx": new TextEncoder().encode(idx), "b.rec": fromBase64(known) };
  const ours = await openRecords("a.rec", memoryFiles(tree), { index: "a.idx" });
  const theirs = await openRecords("b.rec", memoryFiles(tree));
  assertEquals([...ours.keys], [...theirs.keys]);
  for (let place = 0; place < ours.count; place++) {
    const a = await ours.read(place), b = await theirs.read(place);
    assertEquals([a.header.label, a.header.id, a.content], [b.header.label, b.header.id, b.content]);
    if (place !== 3) assertEquals(a.header, b.header);
  }
});

Deno.test("writeRecords() puts images by class, in their order within one", async () => {
  const { rec } = await write([1, 0, 1, 0], "insightface");
  const records = await openRecords("a.rec", memoryFiles({ "a.rec": rec }));
  const rows = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((place) => records.read(place)));
  assertEquals(rows.map(({ header }) => [...header.labels]), [[5, 7], [0], [0], [1], [1], [1, 3], [3, 5]]);
  const { contents } = FIXTURE.insightface;
  assertEquals(
    rows.slice(1, 5).map(({ content }) => content),
    [1, 3, 0, 2].map((image) => fromBase64(contents[image]!)),
  );
  const plain = await write([1, 0, 1, 0], "im2rec");
  const images = await openRecords("a.rec", memoryFiles({ "a.rec": plain.rec }));
  const labels = [0, 1, 2, 3].map(async (place) => (await images.read(place)).header.label);
  assertEquals([[...images.keys], await Promise.all(labels)], [[0, 1, 2, 3], [1, 0, 1, 0]]);
});

Deno.test("writeRecords() refuses classes without images and labels out of range", async () => {
  await assertRejects(() => write([0, 2, 2], "im2rec"), RangeError, "class 1 has none");
  await assertRejects(() => write([0, -1], "im2rec"), RangeError, "Cannot write image 1 of label -1");
  await assertRejects(() => write([0, 9], "im2rec"), RangeError, "Cannot write image 1 of label 9");
});

Deno.test("formatProperty() is undone by parseProperty()", () => {
  const text = new TextDecoder().decode(insightfaceTree()["set/property"]);
  assertEquals(formatProperty({ classes: 3, size: [4, 5] }), text);
  assertEquals(parseProperty(new TextEncoder().encode(text), "property"), { classes: 3, size: [4, 5] });
  assertThrows(
    () => parseProperty(new TextEncoder().encode("3,4"), "property"),
    SyntaxError,
    `"property", line 1: found "3,4"`,
  );
});
