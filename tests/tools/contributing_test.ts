import { assertEquals, assertMatch } from "@std/assert";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** The files that a page shows: a path in backquotes on a line of its own, then a fenced block, both indented. */
function filesOf(page: string): Map<string, string> {
  const blocks = page.matchAll(/^ {3}`([\w/.]+)`\n\n {3}```ts ignore\n([\s\S]*?)^ {3}```$/gm);
  return new Map([...blocks].map(([, path, source]) => [path!, source!.replace(/^ {3}/gm, "")]));
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

Deno.test("CONTRIBUTING's head in three steps passes its golden test and the contract suite", async () => {
  const files = filesOf(await Deno.readTextFile(`${root}CONTRIBUTING.md`));
  assertEquals([...files.keys()], [
    "losses/half_and_half.ts",
    "losses/catalogue.ts",
    "tests/losses/half_and_half_test.ts",
  ]);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/tests/tensor`, { recursive: true });
    const needed = ["deno.json", "deno.lock", "plugin", "tensor", "losses", "tests/losses", "tests/backends.ts"];
    for (const path of [...needed, "tests/tensor/close.ts", "tools"]) await copy(root + path, `${folder}/${path}`);
    for (const [path, source] of files) {
      await Deno.writeTextFile(`${folder}/${path}`, source, { append: path === "losses/catalogue.ts" });
    }
    const { success, stdout, stderr } = await new Deno.Command("deno", {
      args: [
        "test",
        "--no-prompt",
        "--allow-read",
        "--allow-env=MARGINLAB_REQUIRE_WEBGPU",
        "--filter=/half.?[aA]nd.?[hH]alf/",
      ]
        .concat("tests/losses/half_and_half_test.ts", "tests/losses/contract_test.ts"),
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder(), report = text.decode(stdout) + text.decode(stderr);
    assertEquals(success, true, report);
    assertMatch(report, /halfAndHalf\(\) gives the loss of its formula \[wasm\] \.\.\. ok/);
    assertMatch(report, /half-and-half agrees with the cpu backend \[wasm\] \.\.\. ok/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
