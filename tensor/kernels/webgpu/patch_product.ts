/**
 * The product behind convolutions, their input gradients and matrix products: rows of patches times a filter matrix,
 * `y[r, n] = Σ_t Σ_c x[at(r, t), c]·w[t, c, n]`, with the patches read where they lie. A matrix product is the case of
 * one tap and images of one pixel.
 *
 * @module
 */
import type { TensorInfo } from "../kernel.ts";
import { deviceOutput, dispatch, flatGroups } from "./device_program.ts";
import { declareBuffer, type Elements, elementsOf, mainCode, storedAs, valueType } from "./storage.ts";
import { scratch } from "./scratch.ts";
import { sumSlabs } from "./sum_slabs.ts";
import { currentTile, describeTile, type Tile } from "./tiles.ts";

/** Where the patches lie. */
export interface PatchLayout {
  /** Images. */
  readonly batch: number;
  /** Height, width and channels of an input image. */
  readonly input: readonly [number, number, number];
  /** Height and width of the grid of patches. */
  readonly output: readonly [number, number];
  /** Height and width of a patch, its taps. */
  readonly taps: readonly [number, number];
  /** Steps between patches. */
  readonly strides: readonly [number, number];
  /** Rows and columns of padding before the image. */
  readonly pads: readonly [number, number];
  /**
   * `gather`: tap t of patch p reads at `p·stride + t − pad`, a convolution; `spread`: at `(p + pad − t)/stride` where
   * that is whole, the gradient of one.
   */
  readonly mode: "gather" | "spread";
}

/** Invocations that keep a device busy. */
const BUSY = 2_048;

/**
 * Runs the product.
 *
 * @param x Images, `[batch, height, width, channels]`.
 * @param w Filter matrix, `[taps, channels, columns]`.
 * @param shape Shape of the result, of `batch·output` rows and `columns`.
 * @param half Whether the result is stored as float16.
 */
export function patchProduct(
  backend: unknown,
  x: TensorInfo,
  w: TensorInfo,
  layout: PatchLayout,
  shape: readonly number[],
  half = false,
): TensorInfo {
  const columns = shape.at(-1)!, [, , channels] = layout.input;
  const rows = layout.batch * layout.output[0] * layout.output[1], tile = currentTile();
  const vectorIn = channels % 4 === 0, vectorOut = columns % 4 === 0;
  const steps = vectorIn ? channels / 4 : channels;
  const tiles = Math.ceil(rows / tile.rows) * Math.ceil(columns / (4 * tile.columns));
  // Few tiles of long sums, as in a linear layer: the sums are cut into slabs.
  const slabs = half ? 1 : Math.max(1, Math.min(Math.floor(steps / 64), Math.floor(BUSY / tiles)));
  const stored = storedAs(shape, half), y = deviceOutput(backend, stored.shape, stored.dtype);
  const target = slabs === 1 ? y : scratch(backend, slabs * rows * columns);
  const variant = { from: elementsOf(x, vectorIn), to: elementsOf(target, vectorOut), vectorOut, mode: layout.mode };
  const program = {
    key: `patchProduct ${describeTile(tile)} ${Object.values(variant)}`,
    code: () => productCode(tile, variant),
  };
  const settings = [
    ...[rows, columns, channels, Math.ceil(steps / slabs)],
    ...[layout.input[0], layout.input[1], layout.output[0], layout.output[1]],
    ...[layout.taps[0], layout.taps[1], layout.strides[0], layout.strides[1]],
    ...[layout.pads[0], layout.pads[1], slabs, 0, 0],
  ];
  dispatch(backend, program, [x, w, target], settings, flatGroups(Math.ceil(tiles * slabs / tile.workgroup)));
  return slabs === 1 ? y : sumSlabs(backend, target, slabs, y);
}

interface Variant {
  readonly from: Elements;
  readonly to: Elements;
  /** Whether columns are read and written four at a time. */
  readonly vectorOut: boolean;
  readonly mode: PatchLayout["mode"];
}

/** The struct of settings that both generators share. */
export const PATCH_SETTINGS = `
struct Settings {
  rows: i32, columns: i32, channels: i32, steps: i32,
  height: i32, width: i32, gridHeight: i32, gridWidth: i32,
  tapsDown: i32, tapsAcross: i32, strideDown: i32, strideAcross: i32,
  top: i32, left: i32, slabs: i32, rest: i32, first: i32,
};`;

function productCode(tile: Tile, { from, to, vectorOut, mode }: Variant): string {
  const vectorIn = from !== "f32";
  const rows = Array.from({ length: tile.rows }, (_, m) => m);
  const columns = Array.from({ length: vectorOut ? tile.columns : 4 * tile.columns }, (_, j) => j);
  const each = (write: (m: number) => string) => rows.map(write).join("\n");
  const both = (write: (m: number, j: number) => string) =>
    rows.flatMap((m) => columns.map((j) => write(m, j))).join("\n");
  const type = valueType(vectorOut), parts = vectorIn ? [0, 1, 2, 3] : [0];
  const step = (q: number) => `
      { let k = at + ${q} * line;
        ${columns.map((j) => `let w${j} = w[k + min(${j}, last)];`).join("\n")}
        ${both((m, j) => `s${m}_${j} = fma(${type}(x${m}${vectorIn ? `[${q}]` : ""}), w${j}, s${m}_${j});`)}
      }`;
  return `${PATCH_SETTINGS}
${declareBuffer(0, "x", from)}
@group(0) @binding(1) var<storage, read> w: array<${type}>;
${declareBuffer(2, "y", to, "write")}
@group(0) @binding(3) var<uniform> p: Settings;
${placeCode(mode)}
${mainCode(tile.workgroup)}
  let line = p.columns${vectorOut ? " / 4" : ""};
  let across = (line + ${columns.length - 1}) / ${columns.length};
  let down = (p.rows + ${tile.rows - 1}) / ${tile.rows};
  if (id >= across * down * p.slabs) { return; }
  let column = (id % across) * ${columns.length};
  let first = ((id / across) % down) * ${tile.rows};
  let slab = id / (across * down);
  let all = p.channels${vectorIn ? " / 4" : ""};
  let begin = slab * p.steps;
  let end = min(begin + p.steps, all);
  let last = line - 1 - column;
  ${both((m, j) => `var s${m}_${j} = ${type}(0.0);`)}
  for (var tap = 0; tap < p.tapsDown * p.tapsAcross; tap++) {
    ${
    each((m) =>
      `let r${m} = place(first + ${m}, tap); let from${m} = max(r${m}, 0) * all; let on${m} = select(0.0, 1.0, r${m} >= 0);`
    )
  }
    var at = (tap * p.channels + begin${vectorIn ? " * 4" : ""}) * line + column;
    for (var c = begin; c < end; c++) {
      ${each((m) => `let x${m} = load_x(from${m} + c) * on${m};`)}
      ${parts.map(step).join("\n")}
      at += ${parts.length} * line;
    }
  }
  ${
    each((m) =>
      `if (first + ${m} < p.rows) { let to = (slab * p.rows + first + ${m}) * line + column; ${
        columns.map((j) => `if (${j} <= last) { store_y(to + ${j}, s${m}_${j}); }`).join(" ")
      } }`
    )
  }
}`;
}

/** WGSL of `place(row, tap)`: the pixel that a tap of a patch reads, or −1 outside the image. */
export function placeCode(mode: PatchLayout["mode"]): string {
  const where = mode === "gather"
    ? `let v = oy * p.strideDown + ky - p.top; let u = ox * p.strideAcross + kx - p.left; let whole = true;`
    : `let a = oy + p.top - ky; let b = ox + p.left - kx;
  let whole = a >= 0 && b >= 0 && a % p.strideDown == 0 && b % p.strideAcross == 0;
  let v = a / p.strideDown; let u = b / p.strideAcross;`;
  return `
fn place(row: i32, tap: i32) -> i32 {
  let ox = row % p.gridWidth; let q = row / p.gridWidth; let oy = q % p.gridHeight; let n = q / p.gridHeight;
  let ky = tap / p.tapsAcross; let kx = tap % p.tapsAcross;
  ${where}
  let inside = whole && row < p.rows && v >= 0 && v < p.height && u >= 0 && u < p.width;
  return select(-1, (n * p.height + v) * p.width + u, inside);
}`;
}
