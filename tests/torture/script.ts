import { assertEquals } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";

const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);

/** Runs a script of this folder with the rights that killing takes; gives what it printed. */
export async function runScript(script: string, ...flags: readonly string[]): Promise<string> {
  const path = decodeURIComponent(new URL(script, import.meta.url).pathname);
  const args = ["run", "-A", "--quiet", "--no-check", `--config=${config}`, path, ...flags];
  const { code, stdout, stderr } = await new Deno.Command(await denoCommand(), { args, stdin: "null" }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
