/**
 * `ablate M --launcher kubernetes`: writes the Jobs that train the missing runs and collate them; `kubectl` applies them.
 *
 * @module
 */
import { stringify } from "../../experiments/yaml.ts";
import { launchFolder } from "../../experiments/launch/folder.ts";
import { collateJob, indexedJob, jobName, type KubernetesOptions } from "../../experiments/launch/kubernetes.ts";
import { shellWord } from "../../experiments/launch/quote.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { commandsFor } from "./command.ts";
import type { LaunchedSweep } from "./launch.ts";
import type { LaunchOptions } from "./options.ts";

/** Writes the Jobs, or prints them alone with `--dry-run`. */
export async function launchKubernetes(
  { experiment, frozen, store, todo, planPath, output, registries }: LaunchedSweep,
  options: LaunchOptions,
  { io }: Context,
): Promise<void> {
  const say = (text: string) => options.quiet || io.err(`${text}\n`);
  if (frozen.stopping?.rule === "halving") {
    throw new UsageError(
      "Cannot write a Kubernetes job of a plan with halving: its runs wait for one another, and a pod that waits would " +
        "be started again and again; use --launcher slurm, the rule early, or --set stopping=null",
    );
  }
  const described = describe(experiment, frozen.digest, options, todo.length);
  if (todo.length === 0) return void say(`${experiment}: all ${frozen.runs.length} runs are done, nothing to apply`);
  const commands = await commandsFor({ frozen, output, registries }, planPath, options, {
    deno: "deno",
    folder: described.program,
  });
  const jobs = [indexedJob(todo, commands.run, described), collateJob(commands.collate, described)];
  const [runs, collate] = [stringify(jobs[0]), stringify(jobs[1])];
  say(`${experiment}: ${frozen.runs.length} runs, ${todo.length} of them in the job`);
  const event = { type: "launch", experiment, plan: frozen.digest, runs: todo, jobs };
  if (options.json) io.out(JSON.stringify(event) + "\n");
  if (options.dryRun) {
    if (!options.json) io.out(`${runs}---\n# To be applied when the job above has ended.\n${collate}`);
    return void say("Nothing was written or applied");
  }
  const folder = await launchFolder(store.root, experiment, frozen.digest);
  const free = await folder.claim();
  try {
    const [first, second] = [await folder.write("job.yaml", runs), await folder.write("collate.yaml", collate)];
    const namespace = options.namespace === undefined ? "" : ` --namespace=${shellWord(options.namespace)}`;
    if (options.json) return;
    io.out(
      `# A job of this plan from before must have ended and be deleted: kubectl delete job${namespace} ${described.name}\n` +
        `kubectl apply -f ${shellWord(first)}\n` +
        `# The table, once that has ended:\n` +
        `kubectl apply -f ${shellWord(second)}\n`,
    );
    say("Nothing was applied: these commands do it, where the cluster is known");
  } finally {
    free();
  }
}

/** The options of the Jobs, from the flags. */
function describe(experiment: string, digest: string, options: LaunchOptions, runs: number): KubernetesOptions {
  const { image, namespace, program = "/marginlab", claim = [], cpus = 1, mem, gres, arrayLimit, out } = options;
  if (image === undefined) {
    throw new UsageError(
      "Cannot write a Kubernetes job: wanted --image, one that holds Deno, this program and its packages",
    );
  }
  if (!program.startsWith("/")) {
    throw new UsageError(`Cannot use --program ${program}: wanted an absolute path in the image, such as /marginlab`);
  }
  const inside = out.startsWith("/") ? out : `${program}/${out}`;
  if (!claim.some(({ path }) => inside === path || inside.startsWith(`${path.replace(/\/$/, "")}/`))) {
    throw new UsageError(
      `Cannot write a Kubernetes job: records in ${inside} would go with the pod; mount there the volume that holds ` +
        `"${out}", as --claim NAME:${inside}`,
    );
  }
  const [, device, count] = /^([A-Za-z0-9./-]+):(\d+)$/.exec(gres ?? "") ?? [];
  if (gres !== undefined && device === undefined) {
    throw new UsageError(`Cannot use --gres ${gres} with Kubernetes: wanted NAME:COUNT, such as nvidia.com/gpu:1`);
  }
  return {
    name: jobName(experiment, digest),
    experiment,
    digest,
    image,
    program,
    claims: claim,
    cpus: String(cpus),
    devices: device === undefined ? {} : { [device]: count! },
    parallelism: arrayLimit ?? runs,
    ...namespace === undefined ? {} : { namespace },
    ...mem === undefined ? {} : { mem },
  };
}
