/**
 * Gradients of a 2-D convolution for tfjs's WASM backend, which lacks one and does the other slowly: both are
 * themselves convolutions, which that backend does well.
 *
 * @module
 */
import { type Tensor2D, type Tensor4D, tf } from "../../tf.ts";
import { heapViews } from "../backends.ts";
import type { ConvGeometry } from "../geometry.ts";

/**
 * Gradient with respect to the input: the output gradient, spread by the stride, convolved with the filter turned by
 * 180° and its channels exchanged.
 *
 * @param dy Output gradient, shape `[batch, oh, ow, out]`.
 * @param filter Filter, shape `[kh, kw, in, out]`.
 * @returns Shape `[batch, h, w, in]`.
 */
export function convInputGradient(dy: Tensor4D, filter: Tensor4D, g: ConvGeometry): Tensor4D {
  return tf.tidy(() => {
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as Tensor4D;
    const spread = spreadRows(dy, g.strides);
    const padAxis = (axis: 0 | 1, before: number): [number, number] => {
      const reach = g.filter[axis] - 1;
      const first = reach - before;
      return [first, g.input[axis] + reach - first - spread.shape[axis + 1]!];
    };
    const padded = padOrCrop(spread, padAxis(0, g.top), padAxis(1, g.left));
    return tf.conv2d(padded, turned, 1, "valid");
  });
}

/**
 * Gradient with respect to the filter: a convolution in which images are channels, the output gradient is the filter,
 * and the stride is its dilation.
 *
 * @param x Input, shape `[batch, h, w, in]`.
 * @param dy Output gradient, shape `[batch, oh, ow, out]`.
 * @returns Shape `[kh, kw, in, out]`.
 */
export function convFilterGradient(x: Tensor4D, dy: Tensor4D, g: ConvGeometry): Tensor4D {
  return tf.tidy(() => {
    const [, oh, ow] = dy.shape;
    // How far the last filter tap of the last output reaches: rows beyond it took no part.
    const need = (axis: 0 | 1, outputs: number) => (outputs - 1) * g.strides[axis] + g.filter[axis];
    const padded = padOrCrop(
      x,
      [g.top, need(0, oh) - g.top - g.input[0]],
      [g.left, need(1, ow) - g.left - g.input[1]],
    );
    if (g.filter[0] === 1 && g.filter[1] === 1 && g.strides[0] === 1 && g.strides[1] === 1) {
      const rows = tf.transpose(tf.reshape(padded, [-1, padded.shape[3]]));
      return tf.reshape(tf.matMul(rows, tf.reshape(dy, [-1, dy.shape[3]])), [1, 1, padded.shape[3], dy.shape[3]]);
    }
    if (padded.shape[3] <= 4) return patchProduct(padded, dy, g);
    const images = tf.transpose(padded, [3, 1, 2, 0]) as Tensor4D;
    const kernel = tf.transpose(dy, [1, 2, 0, 3]) as Tensor4D;
    const product = tf.conv2d(images, kernel, 1, "valid", "NHWC", g.strides);
    return tf.transpose(product, [1, 2, 0, 3]) as Tensor4D;
  });
}

/** For few input channels: the output gradient, transposed, times the patches `[batch·oh·ow, kh·kw·in]`. */
function patchProduct(x: Tensor4D, dy: Tensor4D, g: ConvGeometry): Tensor4D {
  const [, oh, ow, out] = dy.shape, channels = x.shape[3];
  const patches = gatherPatches(x, [oh, ow], g);
  const product = tf.matMul(transposeRows(tf.reshape(dy, [-1, out])), patches);
  return tf.reshape(tf.transpose(product), [g.filter[0], g.filter[1], channels, out]);
}

/** `[rows, columns]` → `[columns, rows]`: tfjs's own transposition takes four times as long on tall matrices. */
function transposeRows(x: Tensor2D): Tensor2D {
  const [rows, columns] = x.shape;
  const { outputs, from, to } = heapViews(tf.backend(), [x], [[columns, rows]]);
  const input = from[0]!, output = to[0]!;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) output[column * rows + row] = input[at++]!;
  }
  return tf.engine().makeTensorFromTensorInfo(outputs[0]!) as Tensor2D;
}

/** Copies the patch under each output pixel to a row: tfjs's strided slices and concatenation take four times as long. */
function gatherPatches(x: Tensor4D, [oh, ow]: [number, number], g: ConvGeometry): Tensor2D {
  const [batch, height, width, channels] = x.shape, [kh, kw] = g.filter;
  const { outputs, from, to } = heapViews(tf.backend(), [x], [[batch * oh * ow, kh * kw * channels]]);
  const input = from[0]!, rows = to[0]!;
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        for (let i = 0; i < kh; i++) {
          const start = ((n * height + oy * g.strides[0] + i) * width + ox * g.strides[1]) * channels;
          for (let j = 0; j < kw * channels; j++) rows[at++] = input[start + j]!;
        }
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(outputs[0]!) as Tensor2D;
}

/** Puts `stride − 1` zeros between rows and between columns. */
function spreadRows(x: Tensor4D, [sy, sx]: [number, number]): Tensor4D {
  if (sy === 1 && sx === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const apart = tf.pad(tf.reshape(x, [batch, height, 1, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, sy - 1],
    [0, 0],
    [0, sx - 1],
    [0, 0],
  ]);
  const spread = tf.reshape(apart, [batch, height * sy, width * sx, channels]) as Tensor4D;
  return tf.slice(spread, [0, 0, 0, 0], [batch, (height - 1) * sy + 1, (width - 1) * sx + 1, channels]);
}

/** Pads height and width with zeros, or crops where an amount is negative. */
function padOrCrop(x: Tensor4D, rows: [number, number], columns: [number, number]): Tensor4D {
  const cut = (amount: number) => Math.max(0, -amount), add = (amount: number) => Math.max(0, amount);
  let y = x;
  if ([...rows, ...columns].some((amount) => amount < 0)) {
    const [batch, height, width, channels] = x.shape;
    y = tf.slice(y, [0, cut(rows[0]), cut(columns[0]), 0], [
      batch,
      height - cut(rows[0]) - cut(rows[1]),
      width - cut(columns[0]) - cut(columns[1]),
      channels,
    ]);
  }
  if (![...rows, ...columns].some((amount) => amount > 0)) return y;
  return tf.pad(y, [[0, 0], [add(rows[0]), add(rows[1])], [add(columns[0]), add(columns[1])], [0, 0]]);
}
