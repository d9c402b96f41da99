import { assert, assertEquals } from "@std/assert";
import { type Command, CommanderError } from "commander";
import { commandLine, commandsOf as commandsBelow } from "../../cli/program.ts";
import project from "../../deno.json" with { type: "json" };
import { blocksOf, commandsOf, wordsOf } from "./commands.ts";
import { pages } from "./pages.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const tasks = project.tasks as Record<string, { command: string } | undefined>;
const manifests = await Array.fromAsync(Deno.readDir(`${root}experiments/manifests`), ({ name }) => name.slice(0, -5));

/** Commands that are given an experiment's name. */
const OF_EXPERIMENTS = ["table", "figure", "report", "cite", "publish", "watch", "status", "log"];

/** The program; its commands do nothing but tell what they were given. */
function idle(told: (given: readonly string[]) => void, out: (text: string) => void = () => {}): Command {
  const io = { out, err: () => {}, terminal: false };
  const program = commandLine({ io, code: 0, exit: () => {} });
  for (const command of commandsBelow(program)) {
    if (command.commands.length === 0) command.action(() => told(command.args));
  }
  return program;
}

const commands = commandsBelow(idle(() => {})), names = new Set(commands[0]!.commands.map((command) => command.name()));
const flags = new Set(commands.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])));

/** What the program's own parser has against arguments, or which file is not there; nothing is run. */
async function against(args: readonly string[], whole: boolean): Promise<string | undefined> {
  let given: readonly string[] = [];
  try {
    await idle((args) => void (given = args)).parseAsync([...args], { from: "user" });
  } catch (error) {
    assert(error instanceof CommanderError, `${error}`);
    // "deno task plan" or "plan --power" in a sentence names the command or the flag alone.
    if (whole || !/missingArgument|optionMissingArgument/.test(error.code)) return error.message;
  }
  for (const word of given) {
    const named = OF_EXPERIMENTS.includes(args[0]!) && manifests.includes(word);
    const path = named ? `results/${word}` : /^(experiments|results)\/(?!my-)/.test(word) ? word : ".";
    if (!await exists(path)) return `no ${path}`;
  }
}

/** What is wrong with a line of the shell. */
async function problemOf(command: string, whole = true): Promise<string | undefined> {
  // zsh, the shell of a Mac, ends with an error where such a pattern matches no file.
  if (/[[\]{}*?]/.test(command.replace(/"[^"]*"|'[^']*'/g, ""))) return "brackets want quotes in a shell";
  const [program, ...rest] = wordsOf(command.replace(/ > \S+$/, "").replace(/\bN\b/g, "1"));
  const words = program === "npx" ? rest.slice(rest.findIndex((word) => word.startsWith("deno@")) + 1) : rest;
  if (program === "cp") return;
  if (program !== "deno" && program !== "npx") return `no program "${program}" is known here`;
  const [verb, ...after] = words, at = after.findIndex((word) => !word.startsWith("-"));
  if (verb === "task" && at >= 0) {
    const task = tasks[after[at]!];
    if (!task) return `no task "${after[at]}"`;
    const [, own] = task.command.split(/^deno run .* cli\.ts /);
    return own === undefined ? undefined : await against([...own.split(" "), ...after.slice(at + 1)], whole);
  }
  const file = after.find((word) => word.endsWith(".ts"));
  if (file === "cli.ts") return await against(after.slice(after.indexOf(file) + 1), whole);
  for (const path of after.filter((word) => /^(tests|tools|bench)\b/.test(word))) {
    if (!await exists(path)) return `no ${path}`;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(`${root}${path}`).then(() => true, () => false);
}

Deno.test("shell lines of the documentation are taken by the parser of the program, and the files that they name are there", async () => {
  const problems: string[] = [];
  let lines = 0;
  for (const [path, page] of await pages()) {
    for (const block of blocksOf(page).filter(({ language }) => language === "sh")) {
      for (const command of commandsOf(block)) {
        const problem = await problemOf(command);
        if (problem !== undefined) problems.push(`${path}:${block.line}: ${command}: ${problem}`);
        lines++;
      }
    }
  }
  assertEquals(problems, []);
  assert(lines > 60);
});

Deno.test("commands and flags that the documentation names in a sentence are those of the program", async () => {
  const problems: string[] = [];
  let spans = 0;
  for (const [path, page] of await pages()) {
    const prose = page.replace(/^ *```[\s\S]*?^ *```$/gm, "");
    for (const [, inside] of prose.matchAll(/`([^`]+)`/g)) {
      const text = inside!.replaceAll("\n", " "), [first = "", ...rest] = wordsOf(text);
      let problem: string | undefined;
      if (/^deno (task|run|test) /.test(text)) problem = await problemOf(text, false);
      else if (names.has(first) && text.includes(" --")) problem = await against([first, ...rest], false);
      else if (first.startsWith("--") && /^docs|^README/.test(path)) {
        problem = flags.has(first) ? undefined : "no such flag";
      } else continue;
      if (problem !== undefined) problems.push(`${path}: ${text}: ${problem}`);
      spans++;
    }
  }
  assertEquals(problems, []);
  assert(spans > 60);
});

Deno.test("examples in the help of commands are taken by the parser of the program", async () => {
  const problems: string[] = [];
  let help = "", lines = 0;
  for (const command of commandsBelow(idle(() => {}, (text) => void (help += text)))) {
    help = "";
    command.outputHelp();
    for (const [, line] of help.matchAll(/^ +(deno task [a-z].*)$/gm)) {
      const problem = await problemOf(line!.replace(/\s#.*$/, ""));
      if (problem !== undefined) problems.push(`${command.name()}: ${line}: ${problem}`);
      lines++;
    }
  }
  assertEquals(problems, []);
  assert(lines > 40);
});

Deno.test("the check of shell lines finds what is wrong", async () => {
  const found = [
    "deno task plan my.yaml --jbos 2",
    "deno task ablate my.yaml --jobs two",
    "deno task no-such",
    "deno task validate experiments/manifests/nothing.yaml",
    "deno task table",
    "deno task plan my.yaml --set seeds=[0,1]",
    "deno task figure loss magface",
    "deno test -A tests/nothing",
    "npx -y deno@2.9.6 task quickstart --nothing",
    "python train.py",
  ];
  for (const command of found) assert(await problemOf(command) !== undefined, command);
  assertEquals(
    await problemOf("npx -y deno@2.9.6 task plan experiments/manifests/toy-2d.yaml --json > plan.json"),
    undefined,
  );
});
