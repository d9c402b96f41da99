/// `ablate --launcher …` as a command line: flags that make no sense, and Jobs for Kubernetes.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../../cli/program.ts";

const quickstart = new URL("../../../experiments/manifests/quickstart.yaml", import.meta.url).pathname;

const HALVING = "{ rule: halving, metric: unseen.accuracy, rungs: [40], keep: 0.5 }";

async function ablate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  return { code: await main(["ablate", quickstart, ...args], io, () => {}), out, err };
}

Deno.test("ablate refuses flags that would do nothing, and exits 2", async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["--partition", "gpu"], /Cannot use --partition here: it is for --launcher slurm/],
    [["--dry-run"], /Cannot use --dry-run here/],
    [["--launcher", "slurm", "--image", "x"], /Cannot use --image with --launcher slurm/],
    [["--launcher", "kubernetes", "--time", "1:00:00"], /Cannot use --time with --launcher kubernetes/],
    [["--launcher", "slurm", "--jobs", "2"], /Cannot use --jobs with --launcher slurm.*--array-limit/],
    [["--launcher", "slurm", "--fail-fast"], /Cannot use --fail-fast with --launcher slurm.*"scancel"/],
    [["--launcher", "kubernetes", "--fail-fast"], /Cannot use --fail-fast with --launcher kubernetes.*"kubectl delete/],
    [["--launcher", "slurm", "--threads", "2"], /--threads 2: a run has 1 core, .*; give it more with --cpus/],
    [["--launcher", "slurm", "--threads", "1", "--blas", "none"], /Cannot use --threads with --blas none/],
    [["--launcher", "slurm", "--time", "4"], /More than 4 minutes are wanted/],
    [["--launcher", "slurm", "--time", "soon"], /HH:MM:SS/],
    [["--launcher", "slurm", "--sbatch-arg", "array=0-9"], /The scripts set array themselves/],
    [["--launcher", "slurm", "--sbatch-arg", "--partition=gpu"], /Give it as --partition/],
    [["--launcher", "slurm", "--sbatch-arg", "a b"], /NAME=VALUE/],
    [["--launcher", "kubernetes"], /wanted --image/],
    [["--launcher", "kubernetes", "--image", "x"], /would go with the pod.*--claim NAME:\/marginlab\/results/s],
    [["--launcher", "kubernetes", "--image", "x", "--claim", "x:results"], /NAME:PATH/],
    [
      ["--launcher", "kubernetes", "--image", "x", "--set", `stopping=${HALVING}`],
      /plan with halving.*--launcher slurm/,
    ],
  ];
  for (const [args, wanted] of cases) {
    const { code, err } = await ablate(...args);
    assertEquals(code, 2, err);
    assertMatch(err, wanted);
  }
});

Deno.test("ablate --launcher kubernetes --dry-run prints two Jobs and writes nothing", async () => {
  const { code, out, err } = await ablate(
    ...["--launcher", "kubernetes", "--dry-run", "--image", "marginlab:1", "--out", "never/made", "--array-limit", "2"],
    ...["--claim", "sweeps:/marginlab/never/made", "--gres", "nvidia.com/gpu:1"],
  );
  assertEquals(code, 0, err);
  assertEquals(out.match(/^kind: Job$/gm)?.length, 2);
  assertStringIncludes(out, "parallelism: 2\n");
  assertStringIncludes(out, "--allow-write=never/made");
  assertStringIncludes(err, "Nothing was written or applied");
});
