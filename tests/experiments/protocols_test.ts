import { assertEquals } from "@std/assert";
import { recordSchema } from "../../experiments/record_schema.ts";
import { testOnBackends } from "../backends.ts";
import { execute, section, smallRun } from "./run_helpers.ts";

testOnBackends(
  "executeRun() records figures and curves of every kind of protocol, each on a set of its own",
  async () => {
    const run = smallRun({ steps: 2 }), [{ data: pairs }] = run.evaluate as [typeof run.evaluate[number]];
    const images = pairs["from"] as Record<string, unknown>;
    const { record } = await execute({
      ...run,
      evaluate: [
        { name: "zoo", protocol: section("protocol", { protocol: "verification-facexzoo" }), data: pairs },
        { name: "near", protocol: section("protocol", { protocol: "retrieval", k: [1] }), data: images },
        {
          name: "shots",
          protocol: section("protocol", { protocol: "identification", rank: [1], far: [0.5], flip: true }),
          data: section("reader", { reader: "sampled-gallery", from: images, ways: 8, unknown: 0.25, searches: 2 }),
        },
      ],
    });
    assertEquals(record!.error, null);
    recordSchema.parse(record);
    assertEquals(record!.metrics.map(({ evaluation, name, n }) => `${evaluation}.${name} of ${n}`), [
      "zoo.accuracy of 120",
      "zoo.standard-error of 10",
      "near.recall@1 of 80",
      "near.map@r of 80",
      "near.r-precision of 80",
      "near.nmi of 80",
      "near.excluded of 80",
      "shots.rank-1 of 36",
      "shots.dir@5e-1 of 36",
      "shots.tpir@5e-1 of 36",
      "shots.unmated of 52",
    ]);
    assertEquals(record!.curves!.map(({ evaluation, name }) => `${evaluation}.${name}`), [
      "zoo.roc",
      "zoo.det",
      "zoo.angles-same",
      "zoo.angles-different",
      "shots.cmc",
    ]);
  },
  ["wasm"],
);
