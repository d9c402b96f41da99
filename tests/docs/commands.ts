/**
 * The commands of a page, run one after the other in a folder, as a reader gives them.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };

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

/**
 * Runs `deno task NAME …` with the permissions of that task, or `cp -r FROM TO`, in a folder.
 *
 * @returns Exit status, and what was printed.
 */
export async function runCommand(command: string, folder: string): Promise<{ code: number; out: string; err: string }> {
  const [program, first = "", second = "", ...rest] = wordsOf(command);
  if (program === "cp" && first === "-r") {
    await copy(`${folder}/${second}`, `${folder}/${rest[0]}`);
    return { code: 0, out: "", err: "" };
  }
  const task = (project.tasks as Record<string, { command: string }>)[second];
  if (program !== "deno" || first !== "task" || !task) {
    throw new Error(`Cannot run "${command}": wanted deno task NAME, or cp -r`);
  }
  const words = task.command.split(" ").slice(1), at = words.indexOf("cli.ts");
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [...words.slice(0, at), `--config=${root}deno.json`, `${root}cli.ts`, ...words.slice(at + 1), ...rest],
    cwd: folder,
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: folder },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
