import { assert, assertEquals, assertThrows } from "@std/assert";
import { afterAny, arrayScript, collateScript, secondsOf } from "../../../experiments/launch/slurm.ts";

const options = {
  name: "faces-0123456789ab-0",
  title: "Runs 1001-1003,1007 of plan 0123456789ab of faces.",
  folder: "my results/faces/launch/0123456789ab",
  command: ["/usr/bin/deno", "run", "--cached-only", "cli.ts", "run", "--plan=my results/it's.json"],
  env: { DENO_DIR: "/home/me/.cache/deno dir" },
  resources: {
    partition: "gpu",
    account: "lab",
    qos: "long",
    time: "4:00:00",
    gres: "gpu:1",
    cpus: 4,
    mem: "8G",
    arrayLimit: 16,
    extra: [["constraint", "a100&nvlink"], ["exclusive", undefined]],
  },
} as const;

Deno.test("arrayScript() writes the script of an array, its task numbers below the offset's", () => {
  assertEquals(
    arrayScript({ offset: 1001, positions: [1001, 1002, 1003, 1007] }, options),
    `#!/bin/bash
# Runs 1001-1003,1007 of plan 0123456789ab of faces.
#SBATCH --job-name=faces-0123456789ab-0
#SBATCH --array=0-2,6%16
#SBATCH --partition=gpu
#SBATCH --account=lab
#SBATCH --qos=long
#SBATCH --constraint="a100&nvlink"
#SBATCH --exclusive
#SBATCH --time=4:00:00
#SBATCH --gres=gpu:1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="my results/faces/launch/0123456789ab/%A_%a.out"
#SBATCH --signal=TERM@120

export DENO_DIR='/home/me/.cache/deno dir'
index=$((SLURM_ARRAY_TASK_ID + 1001))
srun --unbuffered --cpus-per-task=4 \\
  /usr/bin/deno run --cached-only cli.ts run '--plan=my results/it'\\''s.json' --index="$index"
status=$?
printf '%s\\n' "$status" > 'my results/faces/launch/0123456789ab'/"$index".exit
# 75: stopped with a checkpoint. Where users may not requeue, submit again: the run goes on from there.
if [ "$status" = 75 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$status"
`,
  );
});

Deno.test("collateScript() writes the script of the table: one log, no device, no array", () => {
  assertEquals(
    collateScript({ ...options, title: "The table\nrm -rf /", resources: { cpus: 4, gres: "gpu:1", extra: [] } }),
    `#!/bin/bash
# The table rm -rf /
#SBATCH --job-name=faces-0123456789ab-0
#SBATCH --time=00:10:00
#SBATCH --ntasks=1
#SBATCH --requeue
#SBATCH --open-mode=truncate
#SBATCH --output="my results/faces/launch/0123456789ab/collate.out"

export DENO_DIR='/home/me/.cache/deno dir'
exec /usr/bin/deno run --cached-only cli.ts run '--plan=my results/it'\\''s.json'
`,
  );
});

Deno.test("arrayScript() refuses an option that would begin a line of its own", () => {
  const resources = { cpus: 1, extra: [["comment", "x\n#SBATCH --uid=0"]] } as const;
  assertThrows(() => arrayScript({ offset: 0, positions: [0] }, { ...options, resources }), RangeError, "--comment");
});

Deno.test("afterAny() waits for jobs however they end", () => {
  assertEquals(afterAny(["12", "13"]), ["--dependency=afterany:12:13", "--kill-on-invalid-dep=yes"]);
  assertEquals(afterAny([]), []);
});

Deno.test("secondsOf() reads every form that Slurm's manual names", () => {
  const times = { "30": 1800, "30:10": 1810, "1:02:03": 3723, "2-3": 183600, "2-3:04": 183840, "2-3:04:05": 183845 };
  for (const [text, seconds] of Object.entries(times)) assertEquals(secondsOf(text), seconds);
  assert(["UNLIMITED", "", "1h", "1-", "-5"].every((text) => secondsOf(text) === undefined));
});

Deno.test("arrayScript() of runs that wait for one another puts none back into the queue", () => {
  const script = arrayScript({ offset: 0, positions: [0, 1] }, { ...options, waits: true });
  assertEquals(script.includes("scontrol requeue"), false);
  assert(script.includes("#SBATCH --requeue"));
});
