import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parameter } from "../../tensor/parameter.ts";
import { loadCheckpoint, type ParameterGroups, saveCheckpoint } from "../../training/checkpoint.ts";
import { decodeSafeTensors, encodeSafeTensors } from "../../training/safetensors.ts";
import { testOnBackends } from "../backends.ts";

const RUN = { run: "abc", backend: "wasm" };

function groups(value: number): ParameterGroups {
  const make = (name: string, shape: number[]) =>
    parameter(name, new Float32Array(shape.reduce((a, b) => a * b)).fill(value), { shape, role: "weight" });
  return { backbone: [make("fc.weight", [3, 2])], head: [make("head.weight", [4])] };
}

function dispose(all: ParameterGroups): void {
  Object.values(all).flat().forEach(({ variable }) => variable.dispose());
}

testOnBackends("loadCheckpoint() restores what saveCheckpoint() wrote", async () => {
  const from = groups(1.5), to = groups(0);
  const state = { step: 7, ...RUN, seconds: 1.5 };
  assertEquals(loadCheckpoint(await saveCheckpoint(from, state), to, RUN), state);
  assertEquals([...await to.backbone![0]!.variable.data()], Array(6).fill(1.5));
  assertEquals([...await to.head![0]!.variable.data()], Array(4).fill(1.5));
  dispose(from), dispose(to);
}, ["wasm"]);

testOnBackends("loadCheckpoint() refuses another run's checkpoint and other tensors, and changes nothing", async () => {
  const from = groups(1), to = groups(0);
  const bytes = await saveCheckpoint(from, { step: 1, ...RUN, seconds: 0 });
  assertThrows(() => loadCheckpoint(bytes, to, { ...RUN, run: "abd" }), RangeError, "belongs to run abc");
  assertThrows(() => loadCheckpoint(bytes, to, { ...RUN, backend: "webgpu" }), RangeError, "was made on wasm");
  assertThrows(() => loadCheckpoint(bytes, { head: to.head! }, RUN), RangeError, "has 2 tensors, wanted 1");
  assertThrows(
    () => loadCheckpoint(bytes, { ...to, optimizer: to.head! }, RUN),
    RangeError,
    '"optimizer/head.weight"',
  );
  assertThrows(
    () => loadCheckpoint(bytes, { backbone: to.head!, head: to.backbone! }, RUN),
    RangeError,
    'tensor "backbone/head.weight" of the checkpoint is missing',
  );
  assertEquals([...await to.head![0]!.variable.data()], [0, 0, 0, 0]);
  dispose(from), dispose(to);
}, ["wasm"]);

Deno.test("decodeSafeTensors() gives back what encodeSafeTensors() wrote, header aligned to 8 bytes", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.array(fc.float({ noNaN: true }))), {
        selector: ([n]) => n,
      }),
      fc.string(),
      (entries, note) => {
        const tensors = entries.filter(([name]) =>
          name !== "__metadata__" && name !== "__proto__" && !/^\d+$/.test(name)
        )
          .map(([name, values]) => ({ name, shape: [values.length], values: Float32Array.from(values) }));
        const bytes = encodeSafeTensors({ tensors, metadata: { note } });
        assertEquals(new DataView(bytes.buffer).getBigUint64(0, true) % 8n, 0n);
        assertEquals(decodeSafeTensors(bytes), { tensors, metadata: { note }, skipped: [] });
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("encodeSafeTensors() refuses two tensors of one name", () => {
  const one = { name: "a", shape: [1], values: Float32Array.of(1) };
  assertThrows(() => encodeSafeTensors({ tensors: [one, one], metadata: {} }), TypeError, 'are named "a"');
});

Deno.test("decodeSafeTensors() names the damage of cut or changed files", () => {
  const whole = encodeSafeTensors({
    tensors: [{ name: "a", shape: [2], values: Float32Array.of(1, 2) }],
    metadata: {},
  });
  assertThrows(() => decodeSafeTensors(whole.subarray(0, 5)), SyntaxError, "5 bytes are too few");
  assertThrows(() => decodeSafeTensors(whole.subarray(0, 40)), SyntaxError, "header claims");
  assertThrows(() => decodeSafeTensors(whole.subarray(0, -4)), SyntaxError, 'tensor "a" of shape [2] does not fit');
  assertThrows(() => decodeSafeTensors(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x78)), SyntaxError, "not JSON");
});
