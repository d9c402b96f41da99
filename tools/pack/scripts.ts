/**
 * The scripts of a pack. Each can be started from anywhere, writes into the pack's folder alone, and asks no network.
 *
 * @module
 */

/** Finds or unpacks Deno, and runs it without any network; a pack without Deno takes that of the machine. */
const PRELUDE = `#!/bin/sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
deno=./deno
if [ ! -x ./deno ] && [ -f deno.xz ]; then
  command -v xz > /dev/null || { echo "Cannot unpack deno.xz: found no xz here; install it, or unpack elsewhere" >&2; exit 1; }
  xz -dk deno.xz && chmod +x deno
elif [ ! -x ./deno ]; then
  deno=$(command -v deno) || { echo "Cannot start: found no deno in this pack nor in PATH" >&2; exit 1; }
fi
mkdir -p results
export DENO_DIR="$here/.deno" DENO_NO_UPDATE_CHECK=1 XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/tmp}" HOME="\${HOME:-$here}"
run() { "$deno" run -A --quiet --no-remote --no-npm --cached-only --config=app/deno.json "$@"; }
`;

/**
 * Scripts by name.
 *
 * @param manifest Path of the manifest in the pack.
 * @param gpu Whether WebGPU is what the pack is for.
 */
export function scripts(manifest: string, gpu: boolean): Record<string, string> {
  const backend = gpu ? "webgpu" : "auto", measured = gpu ? "webgpu" : "wasm";
  const run = `${PRELUDE}
[ -n "\${NO_SWEEP:-}" ] ||
  run app/cli.ts ablate ${manifest} --data data --out results --backend "\${BACKEND:-${backend}}" "$@"
run app/bundle/main.js all --peers --data data --backend "\${BENCH_BACKEND:-${measured}}" --json results/bench.json \\
  > results/bench.md
`;
  const check = `${PRELUDE}
# (a) every kernel against the reference, (b) kernels and peaks, (c) IResNet-50 beside PyTorch, (d) the sweep.
# What fails does not keep the rest from running, and is told at the end.
status=0
run app/bundle/main.js gpu-check > results/gpu_check.md || status=1
cat results/gpu_check.md
run app/bundle/main.js kernels --backend webgpu \${KERNELS_ARGS:-} --json results/gpu_kernels.json > results/gpu_kernels.md ||
  status=1
run app/bundle/main.js gpu-check --steps \${STEPS_ARGS:-} > results/gpu_steps.md || status=1
cat results/gpu_steps.md
[ -n "\${NO_SWEEP:-}" ] ||
  run app/cli.ts ablate ${manifest} --data data --out results --backend "\${BACKEND:-webgpu}" "$@" || status=1
[ "$status" = 0 ] || echo "Some checks failed: see above" >&2
exit "$status"
`;
  return { "run.sh": run, ...gpu ? { "gpu_check.sh": check } : {} };
}
