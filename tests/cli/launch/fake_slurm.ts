/**
 * A Slurm in memory: what `sbatch`, `squeue` and `scontrol` would answer.
 *
 * @module
 */
import type { Answer, Processes } from "../../../cli/launch/processes.ts";

/** A job that was submitted. */
export interface FakeJob {
  readonly id: string;
  readonly name: string;
  /** Arguments of sbatch before the script. */
  readonly args: readonly string[];
  readonly script: string;
  /** State of each task; one task of number `null` where the job is no array. */
  readonly tasks: Map<number | null, string>;
}

/** The cluster and what happened to it. */
export class FakeSlurm {
  readonly jobs: FakeJob[] = [];
  /** What sbatch says instead of taking the next job. */
  refusal: Answer | undefined;
  /** What sbatch says although it takes the next job. */
  lateness: Answer | undefined;
  maxArraySize = 1001;

  readonly processes: Processes = async (program, args) => {
    if (program === "sbatch") return await this.#submit(args);
    if (program === "squeue") return answer(this.#queue(args));
    if (program === "scontrol") return answer(`MaxArraySize            = ${this.maxArraySize}\n`);
    if (program === "sacct") return { code: 1, out: "", err: "Slurm accounting storage is disabled\n" };
    return answer(JSON.stringify({ denoDir: "/cache/deno dir" }));
  };

  /** Arrays alone. */
  get arrays(): FakeJob[] {
    return this.jobs.filter(({ tasks }) => !tasks.has(null));
  }

  async #submit(args: readonly string[]): Promise<Answer> {
    if (args[0] === "--version") return answer("slurm 23.11.4\n");
    if (this.refusal) return this.refusal;
    const script = await Deno.readTextFile(args.at(-1)!);
    const [, name = ""] = /^#SBATCH --job-name=(.*)$/m.exec(script) ?? [];
    const [, array] = /^#SBATCH --array=([^%\n]*)/m.exec(script) ?? [];
    const numbers = array?.split(",").flatMap((span) => {
      const [first = 0, last = first] = span.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    }) ?? [null];
    const id = String(100 + this.jobs.length);
    this.jobs.push({ id, name, args: args.slice(0, -1), script, tasks: new Map(numbers.map((at) => [at, "PENDING"])) });
    return this.lateness ?? answer(`${id}\n`);
  }

  #queue(args: readonly string[]): string {
    const names = args.find((word) => word.startsWith("--name="))!.slice("--name=".length).split(",");
    const lines = this.jobs.filter(({ name }) => names.includes(name)).flatMap(({ id, name, tasks }) =>
      [...tasks].map(([task, state]) => `${id}|${task ?? "N/A"}|${state}|${name}|None\n`)
    );
    return lines.join("");
  }
}

function answer(out: string): Answer {
  return { code: 0, out, err: "" };
}
