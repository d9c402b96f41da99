import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Channel } from "../../experiments/channel.ts";
import { BLAS_PATHS } from "../../experiments/openblas.ts";
import { childFlags, denoCommand, runJobs, type SweepEvent } from "../../experiments/jobs.ts";
import type { PlannedRun } from "../../experiments/resolved.ts";
import type { RunEvent } from "../../experiments/run.ts";
import { sampleRecord } from "./sample_record.ts";

const { manifest: run, identity } = sampleRecord();
const planned = (id: string): PlannedRun => ({ id, row: id, seed: 0, run, identity, missing: [] });

/** What a child in these tests does: `code` sees its run's id, and `say` to print an event. */
async function jobs(code: string, ids: string[], options: { jobs: number; stop?: AbortSignal }): Promise<SweepEvent[]> {
  const events: SweepEvent[] = [];
  const say = "const say = (event) => console.log(JSON.stringify(event));";
  const source = (id: string) => `const id = ${JSON.stringify(id)}; ${say} ${code}`;
  const stream = runJobs(ids.map(planned), {
    ...options,
    command: await denoCommand(),
    args: ({ id }) => ["eval", "--quiet", "--no-lock", source(id)],
    died: ({ id }, error, startedAt) => {
      const finishedAt = startedAt;
      return Promise.resolve({
        type: "end",
        record: sampleRecord({ status: "failed", error, row: id, startedAt, finishedAt }),
      });
    },
  });
  for await (const event of stream) events.push(event);
  return events;
}

const errorOf = (event: RunEvent) => event.type === "end" ? event.record.error ?? "" : "";

Deno.test("runJobs() tells every event of every child, and keeps to the number of jobs", async () => {
  const code = `say({ type: "interrupted", step: Number(id) }); Deno.exit(75);`;
  const events = await jobs(code, ["1", "2", "3"], { jobs: 2 });
  assertEquals(events.map(({ planned, event }) => [planned.id, event]).sort(), [
    ["1", { type: "interrupted", step: 1 }],
    ["2", { type: "interrupted", step: 2 }],
    ["3", { type: "interrupted", step: 3 }],
  ]);
});

Deno.test("runJobs() makes a failed run of a child that dies, with its last lines, and goes on", async () => {
  const code = `if (id === "bad") { console.error("no room\\non device"); Deno.kill(Deno.pid, "SIGKILL"); }
    console.log("not an event"); throw new Error("broken " + id);`;
  const events = await jobs(code, ["bad", "worse"], { jobs: 1 });
  assertEquals(events.map(({ planned, event }) => [planned.id, event.type]), [["bad", "end"], ["worse", "end"]]);
  assertMatch(
    errorOf(events[0]!.event),
    /^Cannot finish the run: its process was ended by SIGKILL; its last lines: no room \| on device$/,
  );
  assertStringIncludes(errorOf(events[1]!.event), "ended with status 1; its last lines: ");
  assertStringIncludes(errorOf(events[1]!.event), "not an event");
  assertStringIncludes(errorOf(events[1]!.event), "broken worse");
});

Deno.test("runJobs() ends a child's input when it is stopped, and starts no further one", async () => {
  const stop = new AbortController();
  const code = `say({ type: "start", id }); for await (const _ of Deno.stdin.readable);
    say({ type: "interrupted", step: 7 }); Deno.exit(75);`;
  const channel = jobs(code, ["1", "2"], { jobs: 1, stop: stop.signal });
  setTimeout(() => stop.abort(), 500);
  const events = await channel;
  assertEquals(events.map(({ planned, event }) => [planned.id, event.type]), [["1", "start"], ["1", "interrupted"]]);
});

Deno.test("runJobs() refuses a program that is not there", async () => {
  const nothing = () => Promise.reject(new Error("not called"));
  const stream = runJobs([planned("1")], { jobs: 2, command: "no-such-program", args: () => [], died: nothing });
  await assertRejects(() => stream.next(), RangeError, 'Cannot run several jobs: "no-such-program" may not be started');
});

Deno.test("childFlags() names what a child writes and never allows it to start programs", async () => {
  const flags = await childFlags({ read: ["data"], write: ["results"] });
  assert(flags.includes("--no-prompt") && flags.includes("--allow-write=results"), flags.join(" "));
  assert(!flags.some((flag) => /allow-(all|run|net)/.test(flag)), flags.join(" "));
  const libraries = flags.find((flag) => flag.startsWith("--allow-ffi"))?.split("=")[1]?.split(",") ?? [];
  assert(libraries.every((path) => BLAS_PATHS.includes(path)), flags.join(" "));
});

Deno.test("Channel gives what several producers push, in order, then its error", async () => {
  const channel = new Channel<number>();
  channel.push(1);
  setTimeout(() => {
    channel.push(2);
    channel.fail(new RangeError("over"));
  }, 5);
  const seen: number[] = [];
  await assertRejects(
    async () => {
      for await (const item of channel) seen.push(item);
    },
    RangeError,
    "over",
  );
  assertEquals(seen, [1, 2]);
});
