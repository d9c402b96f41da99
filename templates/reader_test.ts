import { assertEquals, assertRejects } from "@std/assert";
import { encodePng, type Files, type ImageSet } from "../datasets/mod.ts";
import { myReader } from "./reader.ts";

/** Opens the reader on a folder of grey images of 2 × 2 pixels, given by name and brightness. */
async function open(images: Record<string, number>): Promise<ImageSet> {
  const stored = new Map<string, Uint8Array>();
  for (const [name, grey] of Object.entries(images)) {
    stored.set(`faces/${name}`, encodePng({ height: 2, width: 2, channels: 1, data: new Uint8Array(4).fill(grey) }));
  }
  const files: Files = {
    stat: (path) => Promise.resolve(stored.has(path) ? "file" : "folder"),
    list: () =>
      Promise.resolve(Object.keys(images).map((path) => ({ path, size: stored.get(`faces/${path}`)!.length }))),
    size: (path) => Promise.resolve(stored.get(path)!.length),
    read: (path) => Promise.resolve(stored.get(path)!),
    digest: (path) => Promise.resolve(path),
    locate: (path) => path,
  };
  const set = await myReader.open(myReader.params.parse({ path: "faces", channels: 1 }), {
    files,
    open: () => Promise.reject(new Error("Cannot open a nested reader: there is none")),
  });
  return set as ImageSet;
}

Deno.test("myReader gives each image the class that its name begins with", async () => {
  const set = await open({ "ben_1.png": 10, "anna_1.png": 20, "ben_2.png": 30 });
  assertEquals([set.classes, [...set.labels]], [["anna", "ben"], [1, 0, 1]]);
  assertEquals([...await set.read(2)], [30, 30, 30, 30]);
});

Deno.test("myReader refuses a name without a class", async () => {
  await assertRejects(() => open({ "ben_1.png": 1, "anna.png": 2 }), RangeError, 'found "anna.png"');
});
