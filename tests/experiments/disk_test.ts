import { createHash } from "node:crypto";
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { MissingDataError } from "../../datasets/files.ts";
import { diskFiles } from "../../experiments/disk.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Runs in a folder of its own, which holds `a/b/1.txt` ("one") and `a/B.txt` ("two"). */
async function withFolder(test: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "marginlab-" });
  try {
    await Deno.mkdir(`${root}/a/b`, { recursive: true });
    await Deno.writeTextFile(`${root}/a/b/1.txt`, "one");
    await Deno.writeTextFile(`${root}/a/B.txt`, "two");
    await test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("diskFiles() lists, reads and locates below its root, and takes absolute paths as they are", () =>
  withFolder(async (root) => {
    const files = diskFiles(root);
    assertEquals(await files.list("a"), [{ path: "B.txt", size: 3 }, { path: "b/1.txt", size: 3 }]);
    assertEquals(new TextDecoder().decode(await files.read("a/b/1.txt")), "one");
    assertEquals(files.locate("a/b/1.txt"), `${root}/a/b/1.txt`);
    assertEquals(files.locate(`${root}/a`), `${root}/a`);
    assertEquals([await files.stat("a"), await files.stat("a/B.txt"), await files.stat("c")], [
      "folder",
      "file",
      undefined,
    ]);
    assertEquals(await files.stat("a/B.txt/c"), undefined);
  }));

Deno.test("diskFiles() reads parts of files, and refuses parts past the end", () =>
  withFolder(async (root) => {
    const files = diskFiles(root), text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(await files.size("a/b/1.txt"), 3);
    assertEquals(text(await files.read("a/b/1.txt", { start: 1, length: 2 })), "ne");
    assertEquals(await files.read("a/b/1.txt", { start: 3, length: 0 }), new Uint8Array());
    await assertRejects(() => files.read("a/b/1.txt", { start: 1, length: 3 }), RangeError, "it ends at 3");
    await assertRejects(() => files.size("a/none"), MissingDataError);
  }));

Deno.test("diskFiles() digests files and folders by content and path, anew when a file changes", () =>
  withFolder(async (root) => {
    const files = diskFiles(root);
    assertEquals(await files.digest("a/B.txt"), sha256("two"));
    const before = await files.digest("a");
    assertEquals(before, sha256(`${sha256("two")}  B.txt\n${sha256("one")}  b/1.txt\n`));
    await Deno.writeTextFile(`${root}/a/B.txt`, "three");
    assertEquals(await files.digest("a/B.txt"), sha256("three"));
    assertNotEquals(await files.digest("a"), before);
  }));

Deno.test("diskFiles() says where it looked, and what to do", () =>
  withFolder(async (root) => {
    const files = diskFiles(root), where = `there is nothing at ${root}/c, put the data there`;
    await assertRejects(() => files.read("c"), MissingDataError, `Cannot read "c": ${where}`);
    await assertRejects(() => files.list("c"), MissingDataError, `Cannot list "c": ${where}`);
    await assertRejects(() => files.digest("c"), MissingDataError, `Cannot hash "c": ${where}`);
    const error = await assertRejects(() => files.read("a"), Error, `Cannot read "a" at ${root}/a: `);
    assert(!(error instanceof MissingDataError));
  }));

Deno.test("diskFiles() follows links, but not in a circle", () =>
  withFolder(async (root) => {
    const files = diskFiles(root);
    await Deno.symlink(`${root}/a/b`, `${root}/a/link`);
    assertEquals((await files.list("a")).map((entry) => entry.path), ["B.txt", "b/1.txt", "link/1.txt"]);
    await Deno.symlink(`${root}/a`, `${root}/a/b/up`);
    await assertRejects(() => files.list("a"), Error, "leads back to");
  }));

Deno.test("diskFiles() that are kept inside refuse what leads out, and follow their owner's links", () =>
  withFolder(async (root) => {
    await Deno.mkdir(`${root}/data`);
    await Deno.symlink(`${root}/a`, `${root}/data/linked`);
    const files = diskFiles(`${root}/data`, { inside: true });
    for (const path of ["..", "../a", "x/../../a/B.txt", `${root}/a/B.txt`, `${root}/database`, "/"]) {
      for (const fn of ["stat", "list", "size", "read", "digest"] as const) {
        await assertRejects(() => files[fn](path) as Promise<unknown>, RangeError, "it leads out of the data folder");
      }
    }
    assertEquals(new TextDecoder().decode(await files.read("linked/B.txt")), "two");
    assertEquals(await files.stat("x/../linked"), "folder");
    assertEquals(await files.stat(`${root}/data/linked`), "folder");
    // Whoever trusts a plan with absolute paths names the folder that holds them.
    assertEquals(await diskFiles("/", { inside: true }).stat(`${root}/a/B.txt`), "file");
  }));
