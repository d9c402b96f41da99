/// A bounded torture: five kills of four runs. All of it, by hand: `deno run -A tests/torture/torture.ts --two --enospc`.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";

const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);

/** Runs a script of this folder with the rights that killing takes; gives what it printed. */
async function torture(script: string, ...flags: readonly string[]): Promise<string> {
  const path = decodeURIComponent(new URL(script, import.meta.url).pathname);
  const args = ["run", "-A", "--quiet", "--no-check", `--config=${config}`, path, ...flags];
  const { code, stdout, stderr } = await new Deno.Command(await denoCommand(), { args, stdin: "null" }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "a sweep killed at random moments ends as one that nothing disturbed, none twice, none lost (Linux)",
  ignore,
  async fn() {
    const size = ["--seeds=2", "--rows=2", "--steps=150", "--kills=5", "--within=2000", "--seed=3"];
    assertStringIncludes(await torture("torture.ts", ...size), "4 records equal the undisturbed ones");
  },
});

Deno.test({
  name: "a process that dies at an operation on files is gone on with by the next, to the same bytes (Linux)",
  ignore,
  async fn() {
    assertStringIncludes(await torture("processes.ts", "40", "1000"), "2 processes died, and each run ended the same");
  },
});
