/**
 * Processes that train a sweep of one run and die at an operation on files, each gone on with by another.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ablateArgs, outcomeOf, stepsAmiss, type Torture } from "./sweep.ts";

const torture: Torture = { seeds: 1, rows: 1, steps: 12 };
const preload = decodeURIComponent(new URL("dying.ts", import.meta.url).pathname);

/**
 * Lets a process die at every `stride`th of its operations from `first`, with and without what was not synced, and goes on
 * after each.
 *
 * @returns How many died.
 */
export async function dieEverywhere(
  { first, stride }: { readonly first: number; readonly stride: number },
): Promise<number> {
  const root = await Deno.makeTempDir();
  const train = async (out: string, dying: Record<string, string>) => {
    const [run, ...rest] = ablateArgs(torture, out).filter((arg) => arg !== "--jobs=2");
    const env = { DYING_ROOT: out, ...dying },
      args = [run!, "--no-check", `--preload=${preload}`, ...rest, "--workers=0"];
    const { code, signal, stderr } = await new Deno.Command(Deno.execPath(), { args, env, stdin: "null" }).output();
    return { end: signal ?? code, text: new TextDecoder().decode(stderr) };
  };
  try {
    const calm = await train(`${root}/calm`, {});
    assertEquals(calm.end, 0, calm.text);
    const operations: string[] = JSON.parse(calm.text.trim().split("\n").at(-1)!);
    const wanted = await outcomeOf(`${root}/calm`);
    let died = 0;
    for (let at = first; at <= operations.length; at += stride) {
      for (const lose of ["0", "1"]) {
        const out = `${root}/${at}-${lose}`, what = `${at}: ${operations[at - 1]}`;
        assertEquals((await train(out, { DYING_AT: String(at), DYING_LOSE: lose })).end, "SIGKILL", what);
        const again = await train(out, {});
        assertEquals(again.end, 0, `${what}\n${again.text}`);
        const found = await outcomeOf(out);
        assertEquals(found, wanted, what);
        for (const outcome of found.values()) assertEquals(stepsAmiss(outcome, torture.steps), [], what);
        died++;
      }
    }
    return died;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

if (import.meta.main) {
  const [first = 1, stride = 1] = Deno.args.map(Number);
  console.log(`${await dieEverywhere({ first, stride })} processes died, and each run ended the same`);
}
