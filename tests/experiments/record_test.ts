import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ajv } from "ajv";
import { checkRecord, finite, recordJsonSchema, type RunRecord } from "../../experiments/record.ts";
import { sampleRecord } from "./sample_record.ts";

const failed = {
  status: "failed",
  error: "Cannot train: out of memory",
  backend: null,
  backbone: null,
  cost: null,
} as const;

const angles = { window: "start", from: 1, to: 4, samples: 180, pastBoundary: null, bins: Array(180).fill(1) } as const;
const drawn = {
  ...sampleRecord().diagnostics,
  targetAngles: [angles],
  targetLogit: { degrees: [0, 180], values: [0.8, -1.2] },
};
const good: [string, RunRecord][] = [
  ["completed", sampleRecord()],
  ["with histograms and a curve", sampleRecord({ diagnostics: drawn })],
  ["failed before anything ran", sampleRecord({ ...failed, metrics: [], data: [] })],
  ["diverged", sampleRecord({ status: "diverged", error: "loss is not finite", metrics: [] })],
];
const { error: _error, ...withoutError } = sampleRecord();
const { blas: _blas, ...withoutBlas } = sampleRecord().backend!;
const bad: [string, unknown][] = [
  ["an unknown key", { ...sampleRecord(), accuracy: 1 }],
  ["a missing key", withoutError],
  ["a completed run with an error", sampleRecord({ error: "no" })],
  ["a completed run without a backend", sampleRecord({ backend: null })],
  ["a failed run without an error", sampleRecord({ ...failed, error: null })],
  ["an id that is not 12 hexadecimal digits", sampleRecord({ id: "xyz" })],
  ["another schema version", { ...sampleRecord(), schemaVersion: 2 }],
  ["a backend without its library", { ...sampleRecord(), backend: withoutBlas }],
  [
    "a histogram of other bins",
    sampleRecord({ diagnostics: { ...drawn, targetAngles: [{ ...angles, bins: [1, 2] }] } }),
  ],
  ["a date without time", sampleRecord({ startedAt: "2026-01-01" })],
  ["an unknown status", { ...sampleRecord(), status: "done" }],
];

// `date-time` is a format, which ajv checks only with a plug-in; the pattern beside it is what counts.
const validate = new Ajv({ allErrors: true, validateFormats: false }).compile(recordJsonSchema());

for (const [what, record] of good) {
  Deno.test(`checkRecord() and the JSON Schema accept a record: ${what}`, () => {
    assertEquals(checkRecord(record, "test"), record);
    assert(validate(record), JSON.stringify(validate.errors));
  });
}
for (const [what, record] of bad) {
  Deno.test(`checkRecord() and the JSON Schema refuse ${what}`, () => {
    assertThrows(() => checkRecord(record, "test"), TypeError, "Cannot accept test as a run record: ");
    assert(!validate(record));
  });
}

Deno.test("checkRecord() names every field that is wrong", () => {
  const error = assertThrows(() => checkRecord({ ...sampleRecord(), id: 1, seed: "0" }, "record.json"), TypeError);
  assert(error.message.includes("id: ") && error.message.includes("seed: "), error.message);
});

Deno.test("finite() turns what JSON cannot hold into null", () => {
  assertEquals([1.5, NaN, Infinity, -Infinity].map(finite), [1.5, null, null, null]);
});

Deno.test("schema/record.schema.json equals the generated schema", async () => {
  const path = new URL("../../schema/record.schema.json", import.meta.url);
  const written = JSON.parse(await Deno.readTextFile(path));
  assertEquals(written, recordJsonSchema(), 'run "deno task schema --out schema" to write it anew');
});
