import { assertEquals } from "@std/assert";
import { type ComparedRecord, nearestRecord } from "../../experiments/nearest.ts";

const record = (id: string, row: string, seed: number, keys: Record<string, unknown>, finishedAt = "2026-01-01") => ({
  id,
  row,
  seed,
  status: "completed" as const,
  identity: { schemaVersion: 4, run: { ...keys, seed } },
  finishedAt,
});

/** The id of the record nearest to a run, and the keys that differ. */
function nearest(records: readonly ComparedRecord[], run: ComparedRecord, planned: readonly { id: string }[] = []) {
  const found = nearestRecord(records, planned)(run);
  return found && [found.record.id, found.differs.map(({ key }) => key)];
}

Deno.test("nearestRecord() prefers the record of the row and seed, though another differs in less", () => {
  const records = [record("a", "one", 0, { m: 1, s: 1, lr: 1 }), record("b", "two", 0, { m: 2, s: 2, lr: 9 })];
  assertEquals(nearest(records, record("x", "one", 0, { m: 2, s: 2, lr: 2 })), ["a", ["m", "s", "lr"]]);
});

Deno.test("nearestRecord() takes the fewest differing keys where the row and seed have no record", () => {
  const records = [
    record("a", "one", 0, { m: 1, s: 1 }),
    record("b", "one", 1, { m: 2, s: 3, more: true }),
    record("c", "two", 1, { m: 2, s: 2 }),
  ];
  assertEquals(nearest(records, record("x", "one", 2, { m: 2, s: 2 })), ["c", ["seed"]]);
  assertEquals(nearest([], record("x", "one", 2, { m: 2 })), undefined);
});

Deno.test("nearestRecord() takes, of equals, what no run of the plan has, then the newest", () => {
  const records = [
    record("a", "one", 0, { m: 1 }, "2026-01-03"),
    record("b", "one", 0, { m: 3 }, "2026-01-01"),
    record("c", "one", 0, { m: 4 }, "2026-01-02"),
  ];
  const run = record("x", "one", 0, { m: 2 });
  assertEquals(nearest(records, run), ["a", ["m"]]);
  assertEquals(nearest(records, run, [{ id: "a" }]), ["c", ["m"]]);
});
