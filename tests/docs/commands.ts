/**
 * The commands of a page, run one after the other in a folder, as a reader gives them.
 *
 * @module
 */
const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A fenced block of a Markdown page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the fence. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: page.slice(0, match.index).split("\n").length,
  }));
}

/** The commands of a block of shell lines, without comments. */
export function commandsOf({ text }: Pick<Block, "text">): string[] {
  return text.replaceAll("\\\n", " ").split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter((line) =>
    line !== ""
  );
}

/** The words of a command, quotes taken away. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!);
}

/** A command, or a file to write. */
export type Step = string | { readonly path: string; readonly text: string };

/** What a command did. */
export interface Ran {
  readonly command: string;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `deno task NAME …`, `cp -r FROM TO` and the writing of files in a folder, one after the other in one process of
 * their own, up to the first that fails. What the tasks permit is tested elsewhere; these may read, write below the folder
 * and start `deno`.
 *
 * @param steps Commands, or files to write.
 */
export async function runCommands(
  steps: readonly Step[],
  folder: string,
): Promise<Ran[]> {
  const script = decodeURIComponent(new URL("run_commands.ts", import.meta.url).pathname);
  const flags = ["--no-prompt", "--no-check", "--allow-read", `--allow-write=${folder}`, "--allow-run=deno"];
  const told = await new Deno.Command("deno", {
    args: [
      "run",
      ...flags,
      "--allow-sys=hostname,cpus,osRelease,systemMemoryInfo,statfs",
      "--ignore-env",
      `--config=${root}deno.json`,
      script,
      JSON.stringify(steps),
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!told.success) throw new Error(new TextDecoder().decode(told.stderr));
  return JSON.parse(new TextDecoder().decode(told.stdout));
}
