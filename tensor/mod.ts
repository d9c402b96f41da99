/**
 * What everything stands on: tfjs behind one door, backend choice, random streams, parameters.
 *
 * @module
 */
export * from "./adapter.ts";
export * from "./backend.ts";
export * from "./device.ts";
export * from "./embedding_source.ts";
export type { RowGradient } from "./kernels/class_rows.ts";
export * from "./gradients.ts";
export type { Product, Products } from "./kernels/wasm/products.ts";
export type { Tile } from "./kernels/webgpu/tiles.ts";
export * from "./memory.ts";
export * from "./parameter.ts";
export * from "./random.ts";
export * from "./tf.ts";
export * from "./torch_layout.ts";
