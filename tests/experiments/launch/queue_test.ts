import { assert, assertEquals } from "@std/assert";
import { isActive, maxArraySize, parseAccounting, parseQueue } from "../../../experiments/launch/queue.ts";

Deno.test("parseQueue() reads tasks, jobs without tasks, and leaves other lines out", () => {
  // As squeue 22.05 printed them, and a heading that --clusters brings.
  const text =
    "CLUSTER: test\n3|0|PENDING|faces-0|BeginTime\n3|1|RUNNING|faces-0|None\n4|N/A|PENDING|faces-1|Dependency\n";
  assertEquals(parseQueue(text), [
    { job: "3", task: 0, name: "faces-0", state: "PENDING", reason: "BeginTime" },
    { job: "3", task: 1, name: "faces-0", state: "RUNNING", reason: "" },
    { job: "4", task: null, name: "faces-1", state: "PENDING", reason: "Dependency" },
  ]);
});

Deno.test("parseAccounting() keeps the first word of a state, and leaves steps out", () => {
  assertEquals(parseAccounting("12_3|CANCELLED by 1000\n12_3.batch|CANCELLED\n12_[4-9]|PENDING\n13|TIMEOUT\n"), [
    { job: "12", task: 3, name: "", state: "CANCELLED", reason: "" },
    { job: "13", task: null, name: "", state: "TIMEOUT", reason: "" },
  ]);
});

Deno.test("isActive() tells what comes back from what does not", () => {
  for (const state of ["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD"]) {
    assert(isActive({ state }), state);
  }
  for (const state of ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"]) {
    assert(!isActive({ state }), state);
  }
});

Deno.test("maxArraySize() reads Slurm's configuration, and takes its default where that does not say", () => {
  assertEquals(maxArraySize("MaxArraySize            = 5001\nMaxJobCount = 10000\n"), 5001);
  assertEquals(maxArraySize(""), 1001);
});
