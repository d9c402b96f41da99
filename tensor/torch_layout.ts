/**
 * How a parameter lies in PyTorch: from our order of dimensions, channels last, to PyTorch's and back.
 *
 * @module
 */

/**
 * Order of a parameter's dimensions in PyTorch. Vectors lie alike on both sides and have no layout.
 *
 * - `conv`: ours `[kh, kw, in, out]`, PyTorch's `[out, in, kh, kw]`; `in` counts the channels of a group.
 * - `depthwise`: ours `[kh, kw, channels, 1]`, PyTorch's `[channels, 1, kh, kw]`.
 * - `linear`: ours `[in, out]`, PyTorch's `[out, in]`; with `image`, the inputs are a flattened map `[h, w, c]`, which
 *   PyTorch flattens as `[c, h, w]`.
 */
export type TorchLayout =
  | { readonly kind: "conv" }
  | { readonly kind: "depthwise" }
  | { readonly kind: "linear"; readonly image?: readonly [height: number, width: number, channels: number] };

/** Values in row-major order with their shape. */
export interface Laid {
  /** The values. */
  readonly values: Float32Array;
  /** Their shape. */
  readonly shape: number[];
}

/** For each dimension in PyTorch, which of ours it is. */
const ORDERS = { conv: [3, 2, 0, 1], depthwise: [2, 3, 0, 1], linear: [1, 0], image: [3, 2, 0, 1] } as const;

/**
 * Gives a parameter as PyTorch stores it.
 *
 * @param values Values in our order; left alone.
 * @param shape Shape of our variable.
 * @param layout Layout of the parameter; without one, the values are copied as they are.
 * @throws {TypeError} if the shape does not fit the layout or the values.
 */
export function toTorch(values: Float32Array, shape: readonly number[], layout: TorchLayout | undefined): Laid {
  const { order, ours } = read(values, shape, layout);
  const theirs = order.map((axis) => ours[axis]!);
  return { values: permute(values, ours, order), shape: layout?.kind === "linear" ? [shape[1]!, shape[0]!] : theirs };
}

/**
 * Gives a parameter in our order from PyTorch's: the inverse of {@link toTorch}.
 *
 * @param values Values in PyTorch's order; left alone.
 * @param shape Shape in PyTorch.
 * @param layout Layout of the parameter; without one, the values are copied as they are.
 * @throws {TypeError} if the shape does not fit the layout or the values.
 */
export function fromTorch(values: Float32Array, shape: readonly number[], layout: TorchLayout | undefined): Laid {
  checkRank(shape, layout);
  const own = ourShape(shape, layout), { order, ours } = read(values, own, layout);
  const theirs = order.map((axis) => ours[axis]!);
  const back = order.map((_, axis) => order.indexOf(axis));
  return { values: permute(values, theirs, back), shape: own };
}

/**
 * Gives the shape of a parameter in PyTorch.
 *
 * @param shape Shape of our variable.
 * @param layout Layout of the parameter; vectors have none.
 * @throws {TypeError} if the shape does not fit the layout.
 */
export function torchShape(shape: readonly number[], layout: TorchLayout | undefined): number[] {
  checkRank(shape, layout);
  return layout ? ORDERS[layout.kind].map((axis) => shape[axis]!) : [...shape];
}

function ourShape(shape: readonly number[], layout: TorchLayout | undefined): number[] {
  if (!layout) return [...shape];
  const order: readonly number[] = ORDERS[layout.kind];
  return order.map((_, axis) => shape[order.indexOf(axis)]!);
}

function checkRank(shape: readonly number[], layout: TorchLayout | undefined): void {
  const rank = layout ? ORDERS[layout.kind].length : shape.length;
  if (shape.length !== rank) throw new TypeError(`${problem(shape, layout)}, ${rank} dimensions are wanted`);
}

function problem(shape: readonly number[], layout: TorchLayout | undefined): string {
  return `Cannot lay out a ${layout?.kind ?? "vector"} parameter: its shape is [${shape.join(", ")}]`;
}

/** Checks a shape of ours; gives it with flattened maps taken apart, and the order of its dimensions in PyTorch. */
function read(values: Float32Array, shape: readonly number[], layout: TorchLayout | undefined) {
  checkRank(shape, layout);
  const image = layout?.kind === "linear" ? layout.image : undefined, what = problem(shape, layout);
  const size = sizeOf(shape);
  if (size !== values.length) throw new TypeError(`${what}, but it has ${values.length} values, ${size} are wanted`);
  if (layout?.kind === "depthwise" && shape[3] !== 1) throw new TypeError(`${what}, one filter a channel is wanted`);
  if (image && sizeOf(image) !== shape[0]) {
    throw new TypeError(`${what}, inputs that flatten [${image.join(", ")}] are wanted`);
  }
  const order: readonly number[] = image ? ORDERS.image : layout ? ORDERS[layout.kind] : shape.map((_, axis) => axis);
  return { order, ours: image ? [...image, shape[1]!] : shape };
}

/** Moves dimension `order[i]` of the values to place `i`. */
function permute(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]!), steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length), index = new Array<number>(order.length).fill(0);
  for (let to = 0, from = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      from -= sizes[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
