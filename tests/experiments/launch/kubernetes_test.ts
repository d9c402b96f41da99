/// Fields and rules are those of https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ and
/// https://kubernetes.io/docs/concepts/workloads/controllers/job/ (1.33).
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parse, stringify } from "../../../experiments/yaml.ts";
import { collateJob, indexedJob, jobName, type KubernetesOptions } from "../../../experiments/launch/kubernetes.ts";

const options: KubernetesOptions = {
  name: "faces-0123456789ab",
  experiment: "faces",
  digest: "0".repeat(64),
  image: "registry.example/marginlab:1",
  namespace: "lab",
  program: "/marginlab",
  claims: [{ name: "sweeps", path: "/marginlab/results" }],
  cpus: "4",
  mem: "8Gi",
  devices: { "nvidia.com/gpu": "1" },
  parallelism: 16,
};

// deno-lint-ignore no-explicit-any
type Any = any;

Deno.test("indexedJob() is an Indexed Job with a limit for each index, and codes 2 and 3 fail it for good", () => {
  const job: Any = parse(stringify(indexedJob([3, 17, 40], ["deno", "run", "cli.ts"], options)));
  assertEquals([job.apiVersion, job.kind], ["batch/v1", "Job"]);
  assertEquals(job.metadata.namespace, "lab");
  const { template, podFailurePolicy, ...spec } = job.spec;
  assertEquals(spec, {
    completionMode: "Indexed",
    completions: 3,
    parallelism: 3,
    backoffLimitPerIndex: 2,
    maxFailedIndexes: 3,
  });
  const [run] = template.spec.containers;
  assertEquals(podFailurePolicy.rules, [
    // FailIndex needs backoffLimitPerIndex; a rule has one of the two conditions; In takes codes other than 0.
    { action: "FailIndex", onExitCodes: { containerName: run.name, operator: "In", values: [2, 3] } },
    { action: "Ignore", onExitCodes: { containerName: run.name, operator: "In", values: [75] } },
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
  ]);
  // A pod failure policy needs this restart policy.
  assertEquals(template.spec.restartPolicy, "Never");
  assertEquals(template.spec.terminationGracePeriodSeconds, 120);
  assertEquals(run.resources.limits, { cpu: "4", memory: "8Gi", "nvidia.com/gpu": "1" });
  assertEquals(run.volumeMounts.map(({ name }: Any) => name), template.spec.volumes.map(({ name }: Any) => name));
  assertEquals(template.spec.volumes[0].persistentVolumeClaim, { claimName: "sweeps" });
});

/** The container's script as Kubernetes hands it to the shell: `$$` stands for `$`. */
function scriptOf(job: unknown): string {
  return (job as Any).spec.template.spec.containers[0].command[2].replaceAll("$$", "$");
}

Deno.test("indexedJob() maps completion indexes to positions of the plan", () => {
  const scattered = scriptOf(indexedJob([3, 17, 40], ["deno"], options));
  assertEquals(scattered, 'set -- 3 17 40\nshift "$JOB_COMPLETION_INDEX"\nexec deno --index="$1"');
  const contiguous = scriptOf(indexedJob([4, 5, 6], ["deno"], options));
  assertEquals(contiguous, 'exec deno --index="$((JOB_COMPLETION_INDEX + 4))"');
});

Deno.test("indexedJob() keeps words with quotes and dollars as they are", () => {
  const job = indexedJob([0], ["deno", "it's $(HOME)"], options);
  assertStringIncludes((job as Any).spec.template.spec.containers[0].command[2], "'it'\\''s $$(HOME)'");
  assertStringIncludes(scriptOf(job), "'it'\\''s $(HOME)'");
  const many = Array.from({ length: 30_000 }, (_, i) => 2 * i);
  assertThrows(() => indexedJob(many, ["deno"], options), RangeError, "30000 scattered runs");
});

Deno.test("collateJob() is one pod without devices", () => {
  const job: Any = collateJob(["deno", "collate"], options);
  assertEquals(job.spec.backoffLimit, 0);
  assertEquals(job.spec.completionMode, undefined);
  assertEquals(job.spec.template.spec.containers[0].resources, undefined);
  assertEquals(scriptOf(job), "exec deno collate");
});

Deno.test("jobName() is a DNS label with room for what is added to it", () => {
  for (const experiment of ["Omniglot_Table.2", "a".repeat(100), "..x--", "0"]) {
    const name = jobName(experiment, "0123456789abcdef");
    assertMatch(name, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
    assert(`${name}-collate`.length <= 63 && `${name}-99999`.length <= 63);
  }
  assertEquals(jobName("Omniglot_Table.2", "0123456789abcdef"), "omniglot-table-2-0123456789ab");
});
