/**
 * Kubernetes: an Indexed Job that trains the runs of a frozen plan, and a Job that collates it, as plain data.
 *
 * Fields are those of `batch/v1` (https://kubernetes.io/docs/concepts/workloads/controllers/job/); `backoffLimitPerIndex`
 * and `maxFailedIndexes` are stable since Kubernetes 1.33.
 *
 * @module
 */
import { shellWord } from "./quote.ts";

/** A folder of a volume claim in the pods. */
export interface Claim {
  /** Name of the PersistentVolumeClaim. */
  readonly name: string;
  /** Absolute path at which it is mounted. */
  readonly path: string;
}

/** What jobs ask of the cluster. */
export interface KubernetesOptions {
  /** Name of the job: that of a DNS label. */
  readonly name: string;
  /** Name of the experiment, for a label. */
  readonly experiment: string;
  /** Digest of the plan, for an annotation. */
  readonly digest: string;
  readonly image: string;
  readonly namespace?: string;
  /** Folder of the program in the image, the working directory. */
  readonly program: string;
  readonly claims: readonly Claim[];
  /** Processors of a run, in Kubernetes' units. */
  readonly cpus?: string;
  /** Memory of a run, in Kubernetes' units. */
  readonly mem?: string;
  /** Extended resources of a run, such as `nvidia.com/gpu`. */
  readonly devices: Readonly<Record<string, string>>;
  /** Runs at a time. */
  readonly parallelism: number;
}

/** A part of a Kubernetes object, as plain data. */
export interface KubernetesObject {
  readonly [key: string]: unknown;
}

/** Seconds that a pod has between the signal and its end. */
export const GRACE_SECONDS = 120;
/** Times that a run which failed is tried again. */
export const RETRIES = 2;
/** Characters of positions that fit on a command line: Linux takes 131072 bytes in one argument. */
const MOST_CHARACTERS = 100_000;

/**
 * An Indexed Job whose index k trains the k-th of `positions`.
 *
 * Exit status 2 (bad arguments or a changed program) and 3 (data missing or changed) fail the index for good, 75
 * (stopped with a checkpoint) and a disruption start another pod and count for nothing, all others count.
 *
 * @param command Words of the command, without `--index`.
 * @throws {RangeError} if the positions do not fit on a command line.
 */
export function indexedJob(
  positions: readonly number[],
  command: readonly string[],
  options: KubernetesOptions,
): KubernetesObject {
  const first = positions[0] ?? 0, words = shellWords(command);
  const contiguous = positions.every((at, i) => at === first + i);
  const list = positions.join(" ");
  if (!contiguous && list.length > MOST_CHARACTERS) {
    throw new RangeError(`Cannot write a job of ${positions.length} scattered runs: they do not fit on a command line`);
  }
  const script = contiguous
    ? `exec ${words} --index="$((JOB_COMPLETION_INDEX + ${first}))"`
    : `set -- ${list}\nshift "$JOB_COMPLETION_INDEX"\nexec ${words} --index="$1"`;
  return job(options.name, options, {
    completionMode: "Indexed",
    completions: positions.length,
    parallelism: Math.min(options.parallelism, positions.length),
    backoffLimitPerIndex: RETRIES,
    // As many as there are: a run that fails never stops the others.
    maxFailedIndexes: positions.length,
    podFailurePolicy: {
      rules: [
        { action: "FailIndex", onExitCodes: { containerName: "run", operator: "In", values: [2, 3] } },
        { action: "Ignore", onExitCodes: { containerName: "run", operator: "In", values: [75] } },
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
  }, script);
}

/** A Job that prints the table; Kubernetes knows no order among Jobs, so it is started when the other is done. */
export function collateJob(command: readonly string[], options: KubernetesOptions): KubernetesObject {
  const { cpus: _, mem: __, ...rest } = options;
  // Missing or failed runs give a status that is not 0, and the table is printed all the same.
  return job(`${options.name}-collate`, { ...rest, devices: {} }, { backoffLimit: 0 }, `exec ${shellWords(command)}`);
}

/** The name of a job: a DNS label, short enough for what Kubernetes adds to it. */
export function jobName(experiment: string, digest: string): string {
  const plain = experiment.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, 30);
  return `${plain.replace(/-+$/, "") || "sweep"}-${digest.slice(0, 12)}`;
}

/** A command for the shell of a container, in whose text Kubernetes reads `$$` as `$`, and `$(NAME)` as a variable. */
function shellWords(command: readonly string[]): string {
  return command.map(shellWord).join(" ").replaceAll("$", "$$$$");
}

function job(name: string, options: KubernetesOptions, spec: KubernetesObject, script: string): KubernetesObject {
  const { namespace, image, program, claims, cpus, mem, devices, experiment, digest } = options;
  const amounts = {
    ...cpus === undefined ? {} : { cpu: cpus },
    ...mem === undefined ? {} : { memory: mem },
    ...devices,
  };
  const labels = { "app.kubernetes.io/name": "marginlab", "app.kubernetes.io/instance": name };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      ...namespace === undefined ? {} : { namespace },
      labels,
      annotations: { "marginlab/experiment": experiment, "marginlab/plan": digest },
    },
    spec: {
      ...spec,
      template: {
        metadata: { labels: { ...labels } },
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: GRACE_SECONDS,
          automountServiceAccountToken: false,
          containers: [{
            name: "run",
            image,
            workingDir: program,
            command: ["/bin/sh", "-c", script],
            ...Object.keys(amounts).length === 0 ? {} : { resources: { requests: amounts, limits: { ...amounts } } },
            volumeMounts: claims.map(({ path }, i) => ({ name: `claim-${i}`, mountPath: path })),
          }],
          volumes: claims.map(({ name }, i) => ({ name: `claim-${i}`, persistentVolumeClaim: { claimName: name } })),
        },
      },
    },
  };
}
