import { zipSync } from "fflate";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openSource } from "../../datasets/image_source.ts";
import { openZip } from "../../datasets/zip.ts";
import { openZipFile } from "../../datasets/zip_file.ts";
import type { Files } from "../../datasets/mod.ts";
import { smallZip } from "./helpers.ts";
import { bytesOf, filesOf } from "./reader_helpers.ts";

/** The archive with a hole between its entries and its directory, as if it held as many bytes more. */
function withHole(bytes: Uint8Array, hole: number): Files {
  const end = bytes.length - 22, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(end + 16, true), tail = bytes.slice(start), files = filesOf({ "a.zip": bytes });
  new DataView(tail.buffer).setUint32(tail.length - 6, start + hole, true);
  return {
    ...files,
    size: () => Promise.resolve(bytes.length + hole),
    read: (_, range) => {
      assert(range && range.length < 100_000, "an archive that large is read in parts");
      const part = new Uint8Array(range.length), from = start + hole - range.start;
      if (from < range.length) part.set(tail.subarray(Math.max(0, -from), range.length - from), Math.max(0, from));
      if (range.start < start) part.set(bytes.subarray(range.start, Math.min(start, range.start + range.length)));
      return Promise.resolve(part);
    },
  };
}

Deno.test("openZipFile() reads what openZip() reads, stored or deflated", async () => {
  for (const level of [0, 6] as const) {
    const bytes = smallZip({ level }), whole = openZip(bytes), file = await openZipFile("a", filesOf({ a: bytes }));
    assertEquals(file.entries, whole.entries);
    for (const entry of file.entries) {
      assertEquals(await file.read(entry), whole.read(entry));
      const source = await file.open(entry);
      assertEquals(await source.read({ start: 0, length: source.size }), whole.read(entry));
      await assertRejects(() => source.read({ start: 1, length: source.size }), RangeError, "Cannot read to byte");
    }
  }
});

Deno.test("openZipFile() reads a directory longer than the end of the file that it looks at first", async () => {
  const tree = Object.fromEntries(
    Array.from({ length: 1500 }, (_, i) => [`a name of some length ${i}.txt`, bytesOf(`${i}`)]),
  );
  const bytes = zipSync(tree), file = await openZipFile("a", filesOf({ a: bytes }));
  assertEquals([file.entries.length, await file.read(file.entries[1499]!)], [1500, bytesOf("1499")]);
});

Deno.test("openSource() reads an archive of more than 1 GiB in parts", async () => {
  const source = await openSource("a.zip", withHole(smallZip(), 2 ** 30 + 5)), whole = openZip(smallZip());
  assertEquals(source.paths, whole.entries.map((entry) => entry.path));
  for (const entry of whole.entries) assertEquals(await source.read(entry.path), whole.read(entry));
});

Deno.test("openZipFile() says what is damaged", async () => {
  const bytes = smallZip({ level: 0 });
  const file = await openZipFile("a", filesOf({ a: bytes })), entry = file.entries[1]!;
  const wrong = (changed: object, message: string) =>
    Promise.all(
      [file.read, file.open].map((read) =>
        assertRejects(async () => await read({ ...entry, ...changed }), SyntaxError, message)
      ),
    );
  await wrong({ offset: bytes.length - 10 }, "there is no entry at byte");
  await wrong({ packedSize: bytes.length }, "there is no entry at byte");
  await wrong({ offset: entry.offset + 1 }, "there is no entry at byte");
  await wrong({ path: "other" }, "has another name in the directory");
  await wrong({ size: entry.size + 1 }, "Cannot unpack the zip entry: ");
  await assertRejects(() => openZipFile("a", filesOf({ a: bytes.subarray(0, -1) })), SyntaxError, "no end record");
});
