import { assertEquals, assertRejects } from "@std/assert";
import { dirname } from "node:path";
import { MissingDataError } from "../../../datasets/mod.ts";
import { diskFiles } from "../../../experiments/disk.ts";
import type { PackedFile } from "../../../reports/browser/cells.ts";
import { fetchFiles } from "../../../reports/browser/fetch_files.ts";

const CONTENT: Readonly<Record<string, string>> = {
  "faces/b/2 (ü#?).png": "second",
  "faces/a/1.png": "first",
  "pairs.txt": "1 2 3 4 5 6 7 8 9",
};

/** The same files by `fetch`, from a stand-in of a server, and on a disk. */
async function bothWays(
  fn: (there: ReturnType<typeof fetchFiles>, here: ReturnType<typeof diskFiles>, asked: string[]) => Promise<void>,
  served: Readonly<Record<string, string>> = CONTENT,
): Promise<void> {
  const folder = await Deno.makeTempDir(), here = diskFiles(folder), listed: PackedFile[] = [], asked: string[] = [];
  const original = globalThis.fetch;
  globalThis.fetch = (address) => {
    const path = decodeURIComponent(new URL(String(address)).pathname.replace("/page/data/", "")), text = served[path];
    asked.push(path);
    return Promise.resolve(text === undefined ? new Response(null, { status: 404 }) : new Response(text));
  };
  try {
    for (const [path, text] of Object.entries(CONTENT)) {
      await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
      listed.push({ path, size: await here.size(path), sha256: await here.digest(path) });
    }
    await fn(fetchFiles("http://host/page/data", listed), here, asked);
  } finally {
    globalThis.fetch = original;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("fetchFiles() shows readers the files of a page as they are on a disk, and fetches each once", async () => {
  await bothWays(async (there, here, asked) => {
    for (const path of ["faces", "faces/", "./faces/a", "pairs.txt", "faces/a/1.png", "nothing"]) {
      assertEquals(await there.stat(path), await here.stat(path), path);
    }
    for (const path of ["faces", "faces/b"]) {
      assertEquals(await there.list(path), await here.list(path));
      assertEquals(await there.digest(path), await here.digest(path));
    }
    assertEquals(asked, []);
    for (const path of Object.keys(CONTENT)) {
      assertEquals(await there.size(path), await here.size(path));
      assertEquals(await there.digest(path), await here.digest(path));
      assertEquals(await there.read(path), await here.read(path));
    }
    const part = { start: 4, length: 5 };
    assertEquals(await there.read("pairs.txt", part), await here.read("pairs.txt", part));
    assertEquals(asked, Object.keys(CONTENT));
    await assertRejects(() => there.read("pairs.txt", { start: 10, length: 20 }), RangeError, "it ends at 17");
  });
});

Deno.test("fetchFiles() refuses a file that is not there, or is another one, and names it", async () => {
  await bothWays(async (there) => {
    await assertRejects(
      () => there.read("other.txt"),
      MissingDataError,
      '"other.txt": it does not lie beside this page',
    );
    await assertRejects(() => there.read("pairs.txt"), MissingDataError, "answered 404");
    await assertRejects(() => there.read("faces/a/1.png"), TypeError, 'Cannot use "faces/a/1.png": its SHA-256 is ');
  }, { "faces/a/1.png": "changed" });
});
