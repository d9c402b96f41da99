/// Lists and archives that name files outside of the folder of the images: none of these is opened.
import { zipSync } from "fflate";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { imageFolder, imageList, lfw } from "../../datasets/catalogue.ts";
import type { DataSet, Files, ImageSet, ReaderPlugin } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { greyPng } from "./helpers.ts";
import { openWith } from "./reader_helpers.ts";

/** Runs in a data folder beside a secret image, with readers that tell which places they read. */
async function beside(
  lists: Readonly<Record<string, string>>,
  fn: (
    open: (reader: ReaderPlugin, params: Record<string, unknown>) => Promise<DataSet>,
    root: string,
  ) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir(), plain = diskFiles(`${root}/data`, { inside: true });
  const places: string[] = [];
  const files: Files = {
    ...plain,
    read: (path, range) => (places.push(plain.locate(path)), plain.read(path, range)),
  };
  try {
    for (const name of ["ann/ann_0001.png", "ann/ann_0002.png", "bob/bob_0001.png", "bob/bob_0002.png"]) {
      await Deno.mkdir(`${root}/data/faces/${name.split("/")[0]}`, { recursive: true });
      await Deno.writeFile(`${root}/data/faces/${name}`, greyPng(7));
    }
    await Deno.mkdir(`${root}/data/secret`);
    await Deno.writeFile(`${root}/data/secret/secret_0001.png`, greyPng(99));
    for (const [name, text] of Object.entries(lists)) await Deno.writeTextFile(`${root}/data/${name}`, text);
    await fn((reader, params) => openWith(reader, params, files), `${root}/data`);
    assert(!places.some((place) => place.includes("secret")), `read: ${places.join(", ")}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const SECRET = "secret/secret_0001.png";

Deno.test("imageList takes no path that leads out of its images", () =>
  beside({}, async (open, root) => {
    for (const path of [`../${SECRET}`, `ann/../../${SECRET}`, `${root}/${SECRET}`, `./../${SECRET}`]) {
      await Deno.writeTextFile(`${root}/list.csv`, `${path},ann\nbob/bob_0001.png,bob\n`);
      const read = () => open(imageList, { list: "list.csv", images: "faces", channels: 1 });
      await assertRejects(read, Error, "images are not there");
    }
  }));

Deno.test("lfw takes no name that leads out of its images", () =>
  beside({ "pairs.txt": "1\t1\n../secret/secret\t1\t2\n../secret/secret\t1\tbob\t1\n" }, async (open) => {
    await assertRejects(() => open(lfw, { images: "faces", pairs: "pairs.txt", channels: 1 }));
  }));

Deno.test("an archive's names are names, wherever they lead: its own bytes are what is read", () =>
  beside({}, async (open, root) => {
    const entries = { "../secret/secret_0001.png": greyPng(1), "ann/1.png": greyPng(2) };
    await Deno.writeFile(`${root}/faces.zip`, zipSync(entries, { level: 0 }));
    await Deno.writeTextFile(`${root}/list.csv`, `../${SECRET},a\nann/1.png,b\n`);
    const listed = await open(imageList, { list: "list.csv", images: "faces.zip", channels: 1 }) as ImageSet;
    assertEquals(await Promise.all([0, 1].map(async (i) => (await listed.read(i))[0])), [1, 2]);
    // Names that begin with a dot are hidden files to it.
    const folder = () => open(imageFolder, { path: "faces.zip", channels: 1 });
    await assertRejects(folder, RangeError, 'found all 1 images in one folder "ann"');
  }));
