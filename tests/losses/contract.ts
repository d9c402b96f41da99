/**
 * What every head must do, whoever wrote it: hand a plugin to {@link testHeadContract}.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { z } from "zod";
import type { HeadPlugin } from "../../losses/mod.ts";
import { useBackend } from "../../tensor/backend.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";
import { type Batch, batchAt, flatten, makeHead, measure, randomBatch, tellingBatch } from "./measure.ts";

/** What a head declares about itself. */
export interface HeadContractOptions {
  /**
   * Values of parameters that by mathematics change nothing, as `key=value`. Each must be refused or leave the result
   * as it is, and the parameter's description must say "no effect".
   */
  readonly inert?: readonly string[];
  /** A batch on which every parameter tells, in place of {@link tellingBatch}. */
  readonly telling?: Batch;
  /** Parameters with which every parameter tells, in place of the defaults. */
  readonly base?: Readonly<Record<string, unknown>>;
  /** Values to try in place of those half-way to the limit. */
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
  /** Parameters that take another one along, by `key=value`. */
  readonly along?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The part of a parameter's JSON Schema that is read here. */
export interface Property {
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly maximum?: number;
  readonly type?: string;
}

/** Registers the contract's tests for one head. */
export function testHeadContract(plugin: HeadPlugin, options: HeadContractOptions = {}): void {
  const { name } = plugin, telling = options.telling ?? tellingBatch();
  const properties = propertiesOf(plugin);

  testOnBackends(`${name} gives a finite scalar loss and statistics, and leaks no tensor`, async () => {
    const batch = randomBatch(), before = tf.memory().numTensors;
    const head = makeHead(plugin, {}, batch), made = tf.memory().numTensors;
    const embeddings = tf.tensor2d(batch.embeddings as number[][]);
    const labels = tf.tensor1d(batch.labels as number[], "int32");
    const { loss, statistics, angles } = head.loss(embeddings, labels);
    const scalars = [loss, ...Object.values(statistics)], rows = angles ? [angles] : [];
    assertEquals(tf.memory().numTensors, made + 2 + scalars.length + rows.length);
    assertEquals(rows.map(({ shape }) => shape), rows.map(() => [batch.labels.length]));
    for (const scalar of scalars) {
      assertEquals([scalar.shape, scalar.dtype], [[], "float32"]);
      assert(Number.isFinite((await scalar.data())[0]));
    }
    tf.dispose([embeddings, labels, ...scalars, ...rows]);
    assertEquals(tf.memory().numTensors, made);
    head.dispose();
    await measure(plugin, {}, batch);
    assertEquals(tf.memory().numTensors, before);
  });

  testOnBackends(`${name} agrees with the cpu backend`, async (backend) => {
    const here = await measure(plugin, {}, randomBatch());
    await useBackend("cpu");
    const cpu = await measure(plugin, {}, randomBatch());
    const tolerance = backend === "webgpu" ? 1e-4 : 1e-5;
    assertClose([here.loss], [cpu.loss], tolerance, "loss");
    for (const key of Object.keys(cpu.gradients)) {
      assertClose(here.gradients[key]!, cpu.gradients[key]!, tolerance, `gradient of ${key}`);
    }
    for (const key of Object.keys(cpu.statistics)) {
      assertClose([here.statistics[key]!], [cpu.statistics[key]!], tolerance, key);
    }
  }, ["wasm", "webgpu"]);

  testOnBackends(`${name} has a finite gradient on all of [-1, 1], in every variant`, async () => {
    const boundaries = properties.find(([key]) => key === "boundary")?.[1].enum ?? [undefined];
    const modes = properties.find(([key]) => key === "gradient")?.[1].enum ?? [undefined];
    for (const boundary of boundaries) {
      for (const gradient of modes) {
        const params = { ...boundary !== undefined && { boundary }, ...gradient !== undefined && { gradient } };
        if (!plugin.params.safeParse(params).success) continue;
        const numbers = flatten(await measure(plugin, params, telling));
        assert(numbers.every(Number.isFinite), JSON.stringify(params));
        assert(numbers.some((x) => x !== 0), JSON.stringify(params));
      }
    }
  });

  testOnBackends(`${name} survives embeddings of length 0 and 1e6`, async () => {
    const batch = batchAt([0.5, 0.5]);
    const embeddings = [[0, 0, 0, 0], batch.embeddings[1]!.map((x) => x * 1e6)];
    assert(flatten(await measure(plugin, {}, { ...batch, embeddings })).every(Number.isFinite));
  });

  for (const [key, property] of properties) {
    testOnBackends(`${name} reads ${key}`, async () => {
      assert(property.description, `${key} needs a description`);
      const standard = flatten(await measure(plugin, { ...options.base }, telling));
      for (const value of options.values?.[key] ?? otherValues(key, property)) {
        const inert = options.inert?.includes(`${key}=${value}`) ?? false;
        if (inert) assertMatch(property.description, /no effect/);
        if (inert && !plugin.params.safeParse({ [key]: value }).success) continue;
        const varied = flatten(
          await measure(plugin, { ...options.base, ...options.along?.[`${key}=${value}`], [key]: value }, telling),
        );
        const scale = Math.max(...standard.map(Math.abs));
        const change = varied.length !== standard.length
          ? 1
          : Math.max(...varied.map((x, i) => Math.abs(x - standard[i]!))) / scale;
        assert(inert ? change < 1e-6 : change > 1e-5, `${key}=${value} changed the result by ${change}`);
      }
    }, ["wasm"]);
  }

  testOnBackends(`${name} says its size, and draws its class weights from N(0, 0.01) of the given stream`, async () => {
    const shape = { embedding: 32, classes: 100 }, params = plugin.params.parse({});
    const counts = Int32Array.from({ length: 100 }, (_, j) => j + 1);
    const create = () => plugin.create(params, { ...shape, counts, random: createRandom(0, "init") });
    const one = create(), two = create();
    const sized = one.parameters.filter(({ role }) => role !== "statistic");
    assertEquals(plugin.size(params, shape), sized.reduce((sum, p) => sum + p.variable.size, 0));
    const weight = one.parameters.find(({ role, trainable }) => role === "class" && trainable);
    if (weight) {
      const values = await weight.variable.data() as Float32Array;
      assertEquals([weight.name, weight.variable.shape[1]], ["head.weight", 32]);
      assertEquals(values, await two.parameters[0]!.variable.data() as Float32Array);
      const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
      assertClose([deviation], [0.01], 0.05, "standard deviation");
    }
    one.dispose(), two.dispose();
  }, ["cpu"]);

  testOnBackends(`${name} refuses embeddings and labels of another shape`, () => {
    tf.tidy(() => {
      const head = makeHead(plugin, {}, randomBatch());
      const labels = tf.tensor1d([0, 1], "int32");
      const loss = (x: number[], y: typeof labels) => () => head.loss(tf.zeros(x as [number, number]), y);
      assertThrows(loss([2, 7], labels), TypeError, "found embeddings of shape [2,7], wanted [batch, 8]");
      assertThrows(loss([3, 8], labels), TypeError, "wanted int32 labels of shape [3]");
      assertThrows(loss([2, 8], labels.toFloat()), TypeError, "found float32 labels");
      head.dispose();
    });
  }, ["cpu"]);

  Deno.test(`${name} refuses a parameter that it does not have`, () => {
    const message = plugin.params.safeParse({ margin: 0.5 }).error?.issues[0]?.message ?? "";
    assertMatch(message, /margin/);
  });
}

/** The parameters of a head, by name. */
export function propertiesOf({ params }: HeadPlugin): [name: string, property: Property][] {
  return Object.entries((z.toJSONSchema(params, { io: "input" }).properties ?? {}) as Record<string, Property>);
}

/** Values to vary a parameter to: every other choice, or half-way to the upper limit, from there to 0. */
export function otherValues(key: string, property: Property): unknown[] {
  if (property.type === "boolean") return [property.default !== true];
  if (property.enum) return property.enum.filter((value) => value !== property.default);
  const { default: standard, maximum } = property;
  assert(typeof standard === "number" && maximum !== undefined, `${key} needs a default and an upper limit`);
  const value = standard < maximum ? (standard + maximum) / 2 : maximum / 2;
  return [property.type === "integer" ? Math.ceil(value) : value];
}
