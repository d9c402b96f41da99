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
import { GATHER, patchSettings, SPREAD } from "./patch_places.ts";
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
   * that is whole, the gradient of one. Patches whose remainder of `p + pad` by the stride is the same, a phase, read by
   * the same taps, and are done together.
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
  const columns = shape.at(-1)!, [, , channels] = layout.input, tile = currentTile();
  const [oh, ow] = layout.output, pixels = layout.batch * oh * ow;
  const [phasesDown, phasesAcross] = layout.mode === "spread" ? layout.strides : [1, 1];
  const grid = [Math.ceil(oh / phasesDown), Math.ceil(ow / phasesAcross)] as const;
  const rows = layout.batch * grid[0] * grid[1];
  const vectorIn = channels % 4 === 0, vectorOut = columns % 4 === 0;
  const steps = vectorIn ? channels / 4 : channels;
  const tiles = phasesDown * phasesAcross * Math.ceil(rows / tile.rows) * Math.ceil(columns / (4 * tile.columns));
  // Few tiles of long sums, as in a linear layer: the sums are cut into slabs.
  const slabs = half ? 1 : Math.max(1, Math.min(Math.floor(steps / 64), Math.floor(BUSY / tiles)));
  const stored = storedAs(shape, half), y = deviceOutput(backend, stored.shape, stored.dtype);
  const target = slabs === 1 ? y : scratch(backend, slabs * pixels * columns);
  const variant = { from: elementsOf(x, vectorIn), to: elementsOf(target, vectorOut), vectorOut, mode: layout.mode };
  const program = {
    key: `patchProduct ${describeTile(tile)} ${Object.values(variant)}`,
    code: () => productCode(tile, variant),
  };
  const settings = [
    ...[rows, columns, channels, Math.ceil(steps / slabs)],
    ...[layout.input[0], layout.input[1], ...grid],
    ...[layout.taps[0], layout.taps[1], layout.strides[0], layout.strides[1]],
    ...[layout.pads[0], layout.pads[1], slabs, oh, ow],
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
  return `${patchSettings("outHeight", "outWidth")}
${declareBuffer(0, "x", from)}
@group(0) @binding(1) var<storage, read> w: array<${type}>;
${declareBuffer(2, "y", to, "write")}
@group(0) @binding(3) var<uniform> p: Settings;
${mode === "gather" ? GATHER : SPREAD}
${mainCode(tile.workgroup)}
  let line = p.columns${vectorOut ? " / 4" : ""};
  let across = (line + ${columns.length - 1}) / ${columns.length};
  let down = (p.rows + ${tile.rows - 1}) / ${tile.rows};
  let phases = ${mode === "gather" ? "1" : "p.strideDown * p.strideAcross"};
  if (id >= across * down * phases * p.slabs) { return; }
  let column = (id % across) * ${columns.length};
  let first = ((id / across) % down) * ${tile.rows};
  let phase = (id / (across * down)) % phases;
  let slab = id / (across * down * phases);
  let all = p.channels${vectorIn ? " / 4" : ""};
  let begin = slab * p.steps;
  let end = min(begin + p.steps, all);
  let last = line - 1 - column;
  ${both((m, j) => `var s${m}_${j} = ${type}(0.0);`)}
  let stride = ${mode === "gather" ? "vec2(1, 1)" : "vec2(p.strideDown, p.strideAcross)"};
  for (var ky = firstTap(phase).x; ky < p.tapsDown; ky += stride.x) { for (var kx = firstTap(phase).y; kx < p.tapsAcross; kx += stride.y) {
    ${
    each((m) =>
      `let r${m} = place(first + ${m}, phase, ky, kx); let from${m} = max(r${m}, 0) * all; let on${m} = r${m} >= 0;`
    )
  }
    var at = ((ky * p.tapsAcross + kx) * p.channels + begin${vectorIn ? " * 4" : ""}) * line + column;
    for (var c = begin; c < end; c++) {
      ${each((m) => `let x${m} = select(${valueType(vectorIn)}(0.0), load_x(from${m} + c), on${m});`)}
      ${parts.map(step).join("\n")}
      at += ${parts.length} * line;
    }
  } }
  let pixels = (p.rows / (p.gridHeight * p.gridWidth)) * p.outHeight * p.outWidth;
  ${
    each((m) =>
      `{ let pixel = pixelOf(first + ${m}, phase); if (pixel >= 0) { let to = (slab * pixels + pixel) * line + column; ${
        columns.map((j) => `if (${j} <= last) { store_y(to + ${j}, s${m}_${j}); }`).join(" ")
      } } }`
    )
  }
}`;
}
