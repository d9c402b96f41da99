import { assert, assertEquals, assertRejects } from "@std/assert";
import { parquet } from "../../datasets/catalogue.ts";
import { type Files, type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { fromBase64, readFixture } from "./helpers.ts";
import { filesOf, openWith } from "./reader_helpers.ts";

const { values, labels, files } = readFixture<
  { values: number[]; labels: number[]; files: Record<string, string> }
>("readers/parquet.json");
const file = (name: string): Uint8Array => fromBase64(files[name]!);

function open(bytes: Uint8Array, params: Record<string, unknown> = {}): Promise<ImageSet> {
  return openWith(parquet, { path: "a.parquet", channels: 1, ...params }, { "a.parquet": bytes });
}

async function firstBytes(set: ImageSet): Promise<number[]> {
  return await Promise.all(Array.from(set.labels, async (_, i) => (await set.read(i))[0]!));
}

Deno.test("parquet reads every compression and page version as Arrow wrote it", async () => {
  for (
    const name of ["snappy", "none", "gzip", "zstd", "brotli", "lz4", "page version 2", "small pages", "differences"]
  ) {
    const set = await open(file(name));
    assertEquals([set.classes, [...set.labels]], [["zebra", "ant"], labels.map((label) => label / 2)], name);
    assertEquals(await firstBytes(set), values, name);
    assertEquals([set.shape, set.name(4), set.provenance.decoder], [[2, 3, 1], "a.parquet#4", "marginlab png 1.0.0"]);
  }
});

Deno.test("parquet reads labels that are numbers or text, and images that are bytes alone", async () => {
  const numbers = await open(file("numbers alone"));
  assertEquals([numbers.classes, [...numbers.labels]], [["0", "2"], labels.map((label) => label / 2)]);
  for (const name of ["unsigned", "real"]) assertEquals((await open(file(name))).classes, ["0", "2"]);
  const words = await open(file("words"));
  assertEquals([words.classes, [...words.labels]], [["a", "c"], labels.map((label) => label / 2)]);
  const shared = await open(file("shared beginnings"));
  assertEquals([shared.classes, [...shared.labels], await firstBytes(shared)], [
    ["c0", "c1"],
    [...words.labels],
    values,
  ]);
  const bytes = await open(file("bytes alone"), { image: "png", label: "who" });
  assertEquals([bytes.classes, [...bytes.labels], await firstBytes(bytes)], [words.classes, [...words.labels], values]);
});

Deno.test("parquet reads several files, a folder of them, and no other columns", async () => {
  const tree = { "d/x-1.parquet": file("none"), "d/x-0.parquet": file("snappy"), "d/README.md": new Uint8Array(3) };
  const set = await openWith<ImageSet>(parquet, { path: "d", channels: 1 }, tree);
  assertEquals([set.length, set.name(0), set.name(13)], [14, "d/x-0.parquet#0", "d/x-1.parquet#6"]);
  assertEquals(await firstBytes(set), [...values, ...values]);
  const again = await openWith<ImageSet>(parquet, { path: ["d/x-{0..1}.parquet"], channels: 1 }, tree);
  assertEquals(again.provenance.digest, set.provenance.digest);
  assertEquals(parquet.paths(parquet.params.parse({ path: "x-{0..1}" })), ["x-0", "x-1"]);
  let read = 0;
  const inner = filesOf(tree),
    counting: Files = {
      ...inner,
      read: (path, range) => (read += range!.length, inner.read(path, range)),
    };
  const counted = await openWith<ImageSet>(parquet, { path: "d/x-1.parquet" }, counting), opened = read;
  for (let i = 0; i < 3; i++) await counted.read(i);
  assertEquals(read, opened, "the first row group was unpacked when the set was opened, and is kept");
  await Promise.all([3, 4, 5].map((i) => counted.read(i)));
  const once = read - opened;
  assert(once > 0 && once < tree["d/x-1.parquet"].length / 2, `${once} bytes`);
});

Deno.test("parquet says what is wrong, and where", async () => {
  const wrong = (bytes: Uint8Array, message: string, params = {}, kind: new (m: string) => Error = SyntaxError) =>
    assertRejects(() => open(bytes, params), kind, message);
  const columns = 'Cannot find column "img" of "a.parquet": it has "image", "label", "other"';
  await wrong(file("snappy"), columns, { image: "img" }, RangeError);
  await wrong(file("no label"), 'Cannot read row 4 of "a.parquet": its label is ');
  await wrong(file("unknown"), "its label is -1, one of 0 to 2 is wanted");
  await wrong(file("no bytes"), 'row 0 of "a.parquet": column "image" holds nothing, image files as bytes are wanted');
  await wrong(file("snappy"), "an integer or text is wanted", { label: "image" });
  await wrong(new Uint8Array(3), 'Cannot read "a.parquet": it has 3 bytes, a whole Parquet file is wanted');
  await wrong(file("none").subarray(0, -1), 'Cannot read "a.parquet": it does not end with PAR1 at byte ');
  const damaged = file("gzip");
  damaged.fill(0x55, 100, 140);
  await wrong(damaged, 'Cannot read "a.parquet", row group 0, column "image": at byte 20 there is a page that cannot');
  const label = 'Cannot read "a.parquet", row group 0, column "label": it holds lists, dates';
  for (const name of ["dates", "lists"]) await wrong(file(name), label);
  await assertRejects(() => openWith(parquet, { path: "none" }, {}), MissingDataError, 'Cannot open "none"');
  await assertRejects(
    () => openWith(parquet, { path: "d" }, { "d/x": "" }),
    RangeError,
    "the folder holds no .parquet",
  );
  const inner = filesOf({ "a.parquet": file("none") }), denied = new Error("Cannot read: permission denied");
  const files: Files = { ...inner, read: () => Promise.reject(denied) };
  assert(await openWith(parquet, { path: "a.parquet" }, files).catch((error) => error) === denied);
});
