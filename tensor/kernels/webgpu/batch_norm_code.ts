/**
 * What the shaders of batch normalisation share. Channels are the fastest dimension: an invocation has one channel, or
 * four.
 *
 * @module
 */
import { declareBuffer, type Elements } from "./storage.ts";

/** What a shader is specialised to. */
export interface BatchNormVariant {
  /** Whether an invocation has four channels. */
  readonly vector: boolean;
  /** Storage of x, y and their gradients. */
  readonly elements: Elements;
  /** Whether a PReLU follows. */
  readonly slope: boolean;
  /** Whether a residual is added. */
  readonly residual: boolean;
  /** Whether 2×2 pooling follows. */
  readonly pool: boolean;
}

/** Buffers of small float32 vectors, by fours or one by one. */
export function vectors(
  variant: BatchNormVariant,
  first: number,
  names: readonly string[],
  written: readonly string[] = [],
): string {
  const elements = variant.vector ? "vec4" : "f32";
  return names.map((name, i) => declareBuffer(first + i, name, elements, written.includes(name) ? "write" : "read"))
    .join("\n");
}

/** WGSL of the settings, `p`. */
export function settings(binding: number, fields: string): string {
  return `struct Settings { ${fields} };\n@group(0) @binding(${binding}) var<uniform> p: Settings;`;
}

/** Activation, its argument given. */
export function activation({ slope }: BatchNormVariant, z: string, channel: string): string {
  return slope ? `select(load_slope(${channel}) * ${z}, ${z}, ${z} > V(0.0))` : z;
}

/** WGSL: a workgroup adds what its invocations hold, in one order always; every invocation gets the sum. */
export const TREE = `
var<workgroup> tree: array<V, 64>;
fn add_all(value: V, lane: u32) -> V {
  tree[lane] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half >>= 1u) {
    if (lane < half) { tree[lane] += tree[lane + half]; }
    workgroupBarrier();
  }
  let sum = tree[0];
  workgroupBarrier();
  return sum;
}`;

/** WGSL that adds a term of every chunk with compensation: a workgroup a channel, an invocation every 64th chunk. */
export function total(name: string, term: string): string {
  return `
  var ${name} = V(0.0);
  var ${name}Lost = V(0.0);
  for (var chunk = i32(lane); chunk < p.chunks; chunk += 64) {
    ${term}
    let next = ${name} + value;
    ${name}Lost += select((value - next) + ${name}, (${name} - next) + value, abs(${name}) >= abs(value));
    ${name} = next;
  }
  ${name} = add_all(${name} + ${name}Lost, lane);`;
}

/** WGSL of the upper left pixel under a pooled one. */
export const POOLED = `
fn pooled(i: i32) -> i32 {
  let columns = p.width / 2; let rows = p.height / 2;
  let ox = i % columns; let q = i / columns;
  return (q / rows * p.height + 2 * (q % rows)) * p.width + 2 * ox;
}`;
