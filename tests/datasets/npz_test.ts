import { zipSync } from "fflate";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { npz } from "../../datasets/catalogue.ts";
import { type Files, type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { fromBase64, readFixture } from "./helpers.ts";
import { filesOf, openWith } from "./reader_helpers.ts";

const fixture = readFixture<
  Record<"stored" | "packed" | "fortran" | "floats" | "channelsFirst" | "halves", string> & {
    colour: number[][];
    grey: number[][];
    numbers: number[];
    names: string[];
  }
>("readers/npz.json");
const archive = (name: "stored" | "packed" | "fortran" | "floats" | "channelsFirst" | "halves") =>
  fromBase64(fixture[name]);

function open(bytes: Uint8Array, params: Record<string, unknown> = {}): Promise<ImageSet> {
  return openWith(npz, { path: "a.npz", ...params }, { "a.npz": bytes });
}

async function pixels(set: ImageSet): Promise<number[][]> {
  return await Promise.all(Array.from(set.labels, async (_, i) => [...await set.read(i)]));
}

Deno.test("npz reads images and labels as NumPy wrote them, stored, packed or in Fortran order", async () => {
  const stored = await open(archive("stored"));
  assertEquals([stored.shape, stored.classes, [...stored.labels]], [[3, 4, 3], ["-1", "4", "30"], [2, 1, 1, 0, 2]]);
  assertEquals(await pixels(stored), fixture.colour);
  const packed = await open(archive("packed"), { images: "x", labels: "y", channels: 1 });
  assertEquals([packed.shape, packed.classes], [[6, 2, 1], ["Zoë", "a", "b"]]);
  assertEquals(Array.from(packed.labels, (label) => packed.classes[label]), fixture.names);
  assertEquals(await pixels(packed), fixture.grey);
  const fortran = await open(archive("fortran"), { channels: 1 });
  assertEquals([await pixels(fortran), fortran.labels], [fixture.grey, stored.labels]);
  assertEquals([stored.name(4), stored.provenance.decoder], ["4", "none"]);
  assert((await open(archive("stored"), { labels: "labels" })).provenance.digest === stored.provenance.digest);
});

Deno.test("npz reads stored images row by row, and never the whole archive", async () => {
  // A stored archive whose images are much larger than its directory; NumPy's header, with another shape.
  const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2000, 20, 20), }\n", text = new TextEncoder();
  const array = new Uint8Array(10 + header.length + 800_000);
  array.set([0x93, ...text.encode("NUMPY"), 1, 0, header.length, 0, ...text.encode(header)]);
  array.fill(7, array.length - 400);
  const labels = "{'descr': '|u1', 'fortran_order': False, 'shape': (2000,), }\n",
    file = new Uint8Array(10 + labels.length + 2000);
  file.set([0x93, ...text.encode("NUMPY"), 1, 0, labels.length, 0, ...text.encode(labels), 1]);
  const bytes = zipSync({ "images.npy": array, "labels.npy": file }, { level: 0 });
  const files = filesOf({ "a.npz": bytes });
  let read = 0;
  const counting: Files = {
    ...files,
    read: async (path, range) => {
      assert(range);
      read += range.length;
      return await files.read(path, range);
    },
  };
  const set = await openWith<ImageSet>(npz, { path: "a.npz", channels: 1 }, counting);
  assertEquals(await set.read(1999), new Uint8Array(400).fill(7));
  assert(read < 100_000, `${read} of ${bytes.length} bytes were read`);
});

Deno.test("npz says what is wrong with which array", async () => {
  const wrong = (bytes: Uint8Array, message: string, params = {}, kind: new (m: string) => Error = SyntaxError) =>
    assertRejects(() => open(bytes, params), kind, message);
  const stored = archive("stored");
  await wrong(
    stored,
    'Cannot find array "x" of "a.npz": it has "images", "labels", "other"',
    { images: "x" },
    RangeError,
  );
  await wrong(stored, 'array "images" has 5 images, "other" 3 labels', { labels: "other" }, RangeError);
  await wrong(archive("floats"), 'Cannot read array "images" of "a.npz": element type "<f8", bytes from 0 to 255');
  await wrong(archive("channelsFirst"), "shape (5, 3, 3, 4), wanted (n, h, w) or (n, h, w, c)");
  await wrong(archive("halves"), 'Cannot read array "labels" of "a.npz": element 0 is 30.5');
  await wrong(stored, 'element type "<i8", bytes', { images: "labels" });
  await wrong(stored.subarray(0, 100), 'Cannot open "a.npz": Cannot read the zip archive: it has no end record');
  await wrong(new Uint8Array(0), 'Cannot open "a.npz"');
  const packed = archive("packed"), middle = packed.slice();
  middle[60]! ^= 0xff;
  await wrong(middle, 'Cannot read array "x" of "a.npz": Cannot ', { images: "x", labels: "y" });
  await assertRejects(() => openWith(npz, { path: "none" }, {}), MissingDataError);
});
