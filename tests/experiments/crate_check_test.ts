/// `ro-crate-metadata.json` of somebody else, as `verify` reads it.
import { assertEquals, assertRejects } from "@std/assert";
import { checkCrate, crateProblems } from "../../experiments/verify/crate.ts";

const TEXT_SHA256 = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1";

/** A folder with files, and a description that lists what is given. */
async function inCrate(graph: unknown, fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/crate/a b`, { recursive: true });
    await Deno.writeTextFile(`${folder}/outside.txt`, "text");
    for (const path of ["a b/ü#%.txt", "plain.txt"]) await Deno.writeTextFile(`${folder}/crate/${path}`, "text");
    const text = typeof graph === "string" ? graph : JSON.stringify({ "@graph": graph });
    await Deno.writeTextFile(`${folder}/crate/ro-crate-metadata.json`, text);
    await fn(`${folder}/crate`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function listed(id: string, sha256: unknown = TEXT_SHA256): Record<string, unknown> {
  return { "@id": id, "@type": ["File", "SoftwareSourceCode"], sha256 };
}

Deno.test("checkCrate() holds files with any name to their digests", () =>
  inCrate(
    [listed("a%20b/%C3%BC%23%25.txt"), listed("plain.txt"), { "@id": "./", "@type": "Dataset" }],
    async (folder) => {
      const check = (await checkCrate(folder))!;
      assertEquals([check.matching.length, crateProblems(check)], [2, []]);
      await Deno.symlink("../../outside.txt", `${folder}/a b/link`);
      await Deno.writeTextFile(`${folder}/plain.txt`, "texts");
      assertEquals(crateProblems((await checkCrate(folder))!).map(({ text }) => text), [
        "plain.txt is not what ro-crate-metadata.json lists: it was changed after",
        "a b/link is a symbolic link, or behind one: a real file is wanted",
      ]);
    },
  ));

Deno.test("checkCrate() is undefined where there is no description", async () => {
  assertEquals(await checkCrate("tests/reports"), undefined);
});

for (const id of ["../outside.txt", "%2E%2E/outside.txt", "..%2Foutside.txt", "/etc/passwd", "a%5C..%5Cb", "a//b"]) {
  Deno.test(`checkCrate() reads nothing at ${id}`, () =>
    inCrate([listed(id)], async (folder) => {
      await assertRejects(() => checkCrate(folder), SyntaxError, "wanted a path inside the folder");
    }));
}

Deno.test("checkCrate() says what is wrong with a description", async () => {
  for (
    const [graph, message] of [
      ["{", "a package that publish made is wanted"],
      ["{}", "@graph"],
      [[{ "@id": 1, "@type": "File" }], "@id"],
      [[listed("plain.txt", undefined), listed("plain.txt", null)], 'the file "plain.txt" has no SHA-256'],
      [[listed("plain.txt", "ABC")], 'the file "plain.txt" has no SHA-256'],
      [[listed("plain.txt"), listed("plain.txt", "0".repeat(64))], 'the file "plain.txt" is listed twice'],
    ] as const
  ) {
    await inCrate(graph, async (folder) => void await assertRejects(() => checkCrate(folder), SyntaxError, message));
  }
});
