/**
 * Matrix products on the WASM heap.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-wasm";
import { tf } from "../../tf.ts";
import { type Kernel, stockCall, type TensorInfo } from "../kernel.ts";
import { heapOf } from "./heap.ts";
import type { ProductsOn } from "./conv.ts";

/** tfjs's own, for integers; its module is imported so that it is there. */
const STOCK = tf.getKernel("BatchMatMul", "wasm")!;

/** `BatchMatMul`: inputs a, b; attributes transposeA, transposeB. */
export function matMulBy(productsOn: ProductsOn): Kernel {
  return (call) => {
    const { backend, inputs, attributes } = call;
    if ([inputs.a!, inputs.b!].some(({ dtype }) => dtype !== "float32")) return STOCK.kernelFunc(stockCall(call));
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    const transposeA = attributes.transposeA === true, transposeB = attributes.transposeB === true;
    const [ra, ca] = a.shape.slice(-2) as [number, number], [rb, cb] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [ca, ra] : [ra, ca], [inner, n] = transposeB ? [cb, rb] : [rb, cb];
    if (k !== inner) {
      throw new TypeError(
        `Cannot multiply [${a.shape}] and [${b.shape}]: found ${k} and ${inner} terms, wanted as many`,
      );
    }
    const [batchA, batchB] = [a, b].map(({ shape }) => shape.slice(0, -2)) as [number[], number[]];
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const heap = heapOf(backend), multiply = productsOn(heap), c = heap.output([...outer, m, n]);
    const count = sizeOf(outer), from = (batch: number[], i: number) => batchIndex(outer, batch, i);
    const [sizeA, sizeB, sizeC] = [m * k, k * n, m * n];
    const [atA, atB, atC] = [a, b, c].map(heap.address) as [number, number, number];
    for (let i = 0; i < count; i++) {
      multiply({
        m,
        n,
        k,
        transposeA,
        transposeB,
        a: heap.floats(atA + 4 * sizeA * from(batchA, i), sizeA),
        b: heap.floats(atB + 4 * sizeB * from(batchB, i), sizeB),
        c: heap.floats(atC + 4 * sizeC * i, sizeC),
      });
    }
    return c;
  };
}

/** Where element i of the broadcast batch lies in a batch of this shape. */
function batchIndex(outer: readonly number[], batch: readonly number[], i: number): number {
  let index = 0, stride = 1;
  for (let axis = outer.length - 1, own = batch.length - 1; own >= 0; axis--, own--) {
    index += (batch[own] === 1 ? 0 : i % outer[axis]!) * stride;
    stride *= batch[own]!;
    i = Math.floor(i / outer[axis]!);
  }
  return index;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
