/**
 * Times the commands that read many records, with their index and without: wall time of the whole process.
 *
 * ```sh
 * deno run -A bench/records.ts --rows 2000 --seeds 5 --out /tmp/many
 * deno run -A bench/time_records.ts /tmp/many
 * ```
 *
 * @module
 */
import { summarise } from "./statistics.ts";

const CLI = new URL("../cli.ts", import.meta.url).pathname;
const ROUNDS = 3;

/** The commands, for the folder that `bench/records.ts` made; `collate` writes the index. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  table: ["table", "many", "--out", "results"],
  plan: ["plan", "many.yaml", "--out", "results"],
  status: ["status", "many", "--out", "results"],
  collate: ["collate", "--plan", "plan.json", "--out", "results"],
};

/** Seconds that a command takes in a folder. */
async function seconds(folder: string, args: readonly string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, ...args],
    cwd: folder,
    stdout: "null",
  });
  const since = performance.now(), { code } = await command.output();
  if (code !== 0) throw new Error(`Cannot time "${args[0]}" in ${folder}: it ended with ${code}, make the folder anew`);
  return (performance.now() - since) / 1000;
}

if (import.meta.main) {
  const [folder = "/tmp/many"] = Deno.args, index = `${folder}/results/many/index.sqlite`;
  console.log(`| command | with index.sqlite (s) | without (s) |\n| --- | ---: | ---: |`);
  await seconds(folder, COMMANDS.collate!);
  const before = Deno.loadavg()[0];
  for (const [name, args] of Object.entries(COMMANDS)) {
    const times: { readonly with: number[]; readonly without: number[] } = { with: [], without: [] };
    for (let round = 0; round < ROUNDS; round++) times.with.push(await seconds(folder, args));
    await Deno.rename(index, `${index}.kept`);
    for (let round = 0; round < ROUNDS; round++) {
      times.without.push(await seconds(folder, args));
      await Deno.remove(index).catch(() => {});
    }
    await Deno.rename(`${index}.kept`, index);
    console.log(
      `| ${name} | ${summarise(times.with).median.toFixed(2)} | ${summarise(times.without).median.toFixed(2)} |`,
    );
  }
  console.log(
    `\nLoad average before ${before!.toFixed(1)}, after ${
      Deno.loadavg()[0]!.toFixed(1)
    }; ${navigator.hardwareConcurrency} cores`,
  );
}
