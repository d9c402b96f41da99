/// Runs the commands of a page in this folder and prints what each did as JSON; see `runCommands`.
import { main } from "../../cli/program.ts";
import project from "../../deno.json" with { type: "json" };
import { type Ran, type Step, wordsOf } from "./commands.ts";

const steps = JSON.parse(Deno.args[0]!) as Step[], ran: Ran[] = [];
for (const step of steps) {
  if (typeof step === "string") {
    const done = await run(step);
    ran.push({ command: step, ...done });
    if (done.code !== 0) break;
  } else {
    await Deno.mkdir(step.path.replace(/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(step.path, step.text);
  }
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(ran)));
Deno.exit(0);

async function run(command: string): Promise<{ code: number; out: string; err: string }> {
  const [program, first = "", second = "", ...rest] = wordsOf(command);
  if (program === "cp" && first === "-r") {
    await copy(second, rest[0]!);
    return { code: 0, out: "", err: "" };
  }
  const task = (project.tasks as Record<string, { command: string }>)[second];
  if (program !== "deno" || first !== "task" || !task) {
    throw new Error(`Cannot run "${command}": wanted deno task NAME, or cp -r`);
  }
  const words = task.command.split(" ");
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const code = await main([...words.slice(words.indexOf("cli.ts") + 1), ...rest], io, (code) => {
    throw new Error(`${command} ended the process with ${code}`);
  });
  return { code, out, err };
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
