import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Channel } from "../../experiments/channel.ts";
import { BLAS_PATHS } from "../../experiments/openblas.ts";
import { childFlags, denoCommand } from "../../experiments/child_flags.ts";
import { LogTail, type ProcessEnd, tellCrash } from "../../experiments/crash.ts";
import { type JobOptions, JobRefusedError, runJobs, type SweepEvent } from "../../experiments/jobs.ts";
import type { PlannedRun } from "../../experiments/resolved.ts";
import type { RunEvent } from "../../experiments/run.ts";
import { sampleRecord } from "./sample_record.ts";

const { manifest: run, identity } = sampleRecord();
const planned = (id: string): PlannedRun => ({ id, row: id, seed: 0, run, identity, missing: [] });

/** What a child in these tests does: `code` sees its run's id, and `say` to print an event. */
async function jobs(
  code: string,
  ids: string[],
  options: Omit<JobOptions, "command" | "args" | "died"> & { flags?: string[]; onLog?: (log: string) => void },
): Promise<SweepEvent[]> {
  const events: SweepEvent[] = [], { flags = [], onLog, ...rest } = options;
  const say = "const say = (event) => console.log(JSON.stringify(event));";
  const source = (id: string) => `const id = ${JSON.stringify(id)}; ${say} ${code}`;
  const stream = runJobs(ids.map(planned), {
    ...rest,
    command: await denoCommand(),
    args: ({ id }) => ["eval", "--quiet", "--no-lock", ...flags, source(id)],
    died: ({ id }, { error, log, startedAt }) => {
      onLog?.(log);
      const record = sampleRecord({ status: "failed", error, row: id, startedAt, finishedAt: startedAt });
      return Promise.resolve({ type: "end", record });
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
    /^Cannot finish the run: its process was ended by SIGKILL, which is how .* memory runs out: .*: no room \| on device$/,
  );
  assertStringIncludes(errorOf(events[1]!.event), "ended with status 1; its last lines");
  assertStringIncludes(errorOf(events[1]!.event), "not an event");
  assertStringIncludes(errorOf(events[1]!.event), "broken worse");
});

Deno.test("runJobs() says that a child whose heap was full ran out of memory, and hands on its log", async () => {
  const code =
    `console.error("begins"); const all = []; for (;;) all.push(new Array(1000).fill(0).map((x) => ({ x })));`;
  const flags = ["--v8-flags=--max-old-space-size=20"];
  let log = "";
  const [end] = await jobs(code, ["big"], { jobs: 1, flags, onLog: (text) => log = text });
  assertMatch(errorOf(end!.event), /^Cannot finish the run: its process .*, because JavaScript's heap was full: /);
  assertMatch(log, /^begins\n[^]*out of memory/);
});

Deno.test("runJobs() stops at a child that refuses its arguments, with what it said, after the others saved", async () => {
  const code =
    `if (id === "bad") { await new Promise((r) => setTimeout(r, 400)); console.error("Cannot do this"); Deno.exit(2); }
    say({ type: "start", id }); for await (const _ of Deno.stdin.readable); say({ type: "interrupted", step: 7 }); Deno.exit(75);`;
  const seen: string[] = [];
  const source = (id: string) =>
    `const id = "${id}"; const say = (event) => console.log(JSON.stringify(event)); ${code}`;
  const stream = runJobs(["bad", "1", "2"].map(planned), {
    jobs: 2,
    command: await denoCommand(),
    args: ({ id }) => ["eval", "--quiet", "--no-lock", source(id)],
    died: () => Promise.reject(new Error("not called")),
  });
  const all = async () => {
    for await (const { planned, event } of stream) seen.push(`${planned.id} ${event.type}`);
  };
  const error = await assertRejects(all, JobRefusedError, "Cannot do this");
  assertEquals([error.status, seen], [2, ["1 start", "1 interrupted"]]);
});

Deno.test("runJobs() tells of a child that goes on after it was stopped, and ends it at once when told", async () => {
  const stop = new AbortController(), kill = new AbortController(), notes: string[] = [];
  const code = `say({ type: "start", id }); setInterval(() => {}, 1000);`;
  const running = jobs(code, ["1"], {
    jobs: 1,
    stop: stop.signal,
    kill: kill.signal,
    patience: 0.2,
    note: ({ id }, text) => {
      notes.push(`${id} ${text}`);
      kill.abort();
    },
  });
  setTimeout(() => stop.abort(), 100);
  assertEquals((await running).filter(({ event }) => event.type === "end"), []);
  assertMatch(notes[0]!, /^1 has been told to stop, and goes on after 0\.2 s/);
});

Deno.test("runJobs() makes no failed run of a child that a signal stopped, or that found its run taken", async () => {
  const notes: string[] = [];
  const code = `if (id === "busy") { console.error("another process has it"); Deno.exit(75); } Deno.exit(143);`;
  const note = ({ id }: PlannedRun, text: string) => void notes.push(`${id}: ${text}`);
  assertEquals(await jobs(code, ["busy", "early"], { jobs: 1, note }), []);
  assertEquals(notes, ["busy: another process has it", "early: was interrupted before it had work to save"]);
});

Deno.test("LogTail keeps the last part of what was printed, and says that it does", () => {
  const log = new LogTail(30);
  assert(log.empty);
  for (let i = 0; i < 10; i++) log.push(`line ${i}`);
  assertEquals(log.text(), "[what was printed before is left out]\nline 6\nline 7\nline 8\nline 9\n");
  log.push("x".repeat(100));
  assertEquals(log.text(), `[what was printed before is left out]\n${"x".repeat(30)}\n`);
});

Deno.test("tellCrash() names the signal or the status, and the likely cause", () => {
  const told = (end: ProcessEnd, ...lines: string[]) => {
    const log = new LogTail();
    lines.forEach((line) => log.push(line));
    return tellCrash(end, log);
  };
  assertEquals(told({ code: 0, signal: null }), "Cannot finish the run: its process ended without a record");
  assertMatch(told({ code: 137, signal: null }), /ended with status 137, which is how .* memory runs out/);
  assertMatch(
    told({ code: 139, signal: "SIGSEGV" }),
    /ended by SIGSEGV, as native code does when it breaks: try --blas none/,
  );
  assertMatch(
    told({ code: 1, signal: null }, "RuntimeError: memory access out of bounds"),
    /status 1, because the WASM heap was full: .*; its last lines, of which log.txt has more: RuntimeError: /,
  );
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
