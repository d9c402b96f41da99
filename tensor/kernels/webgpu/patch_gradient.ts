/**
 * The gradient of a patch product in its filter, `dw[t, c, n] = Σ_r x[at(r, t), c]·dy[r, n]`: the rows are cut into
 * slabs, whose sums are then added with compensation, since a hundred thousand terms may cancel.
 *
 * @module
 */
import type { TensorInfo } from "../kernel.ts";
import { deviceOutput, dispatch, flatGroups } from "./device_program.ts";
import { GATHER, patchSettings } from "./patch_places.ts";
import type { PatchLayout } from "./patch_product.ts";
import { declareBuffer, type Elements, elementsOf, mainCode, valueType } from "./storage.ts";
import { scratch, SCRATCH_FLOATS } from "./scratch.ts";
import { sumSlabs } from "./sum_slabs.ts";
import { currentTile, describeTile, type Tile } from "./tiles.ts";

/** Rows that one invocation adds: few enough for float32. */
const SLAB_ROWS = 256;
/** Invocations that keep a device busy. */
const BUSY = 4_096;

/**
 * Runs the gradient.
 *
 * @param x Images, `[batch, height, width, channels]`.
 * @param dy Gradient of the product, of `batch·output` rows.
 * @param shape Shape of the filter, of `taps·channels` rows and its columns.
 */
export function patchGradient(
  backend: unknown,
  x: TensorInfo,
  dy: TensorInfo,
  layout: PatchLayout,
  shape: readonly number[],
): TensorInfo {
  const columns = shape.at(-1)!, [, , channels] = layout.input;
  const rows = layout.batch * layout.output[0] * layout.output[1], tile = currentTile();
  const vectorIn = channels % 4 === 0, vectorOut = columns % 4 === 0;
  const terms = layout.taps[0] * layout.taps[1] * channels;
  const tiles = Math.ceil(terms / tile.rows) * Math.ceil(columns / (4 * tile.columns));
  const slabs = Math.max(Math.ceil(rows / SLAB_ROWS), Math.min(Math.ceil(BUSY / tiles), Math.ceil(rows / 16)));
  const from = elementsOf(x, vectorIn), gradient = elementsOf(dy, vectorOut);
  const size = terms * columns, height = Math.ceil(rows / slabs), result = deviceOutput(backend, shape);
  const program = {
    key: `patchGradient ${describeTile(tile)} ${[from, gradient]}`,
    code: () => gradientCode(tile, from, gradient),
  };
  const settings = (first: number, count: number) => [
    ...[rows, columns, channels, height],
    ...[layout.input[0], layout.input[1], layout.output[0], layout.output[1]],
    ...[layout.taps[0], layout.taps[1], layout.strides[0], layout.strides[1]],
    ...[layout.pads[0], layout.pads[1], count, terms, first],
  ];
  const groups = (count: number) => flatGroups(Math.ceil(tiles * count / tile.workgroup));
  if (slabs === 1) {
    dispatch(backend, program, [x, dy, result], settings(0, 1), groups(1));
    return result;
  }
  // As many slabs at a time as the scratch memory holds.
  const most = Math.max(1, Math.floor(SCRATCH_FLOATS / size));
  for (let first = 0; first < slabs; first += most) {
    const count = Math.min(most, slabs - first), partial = scratch(backend, count * size);
    dispatch(backend, program, [x, dy, partial], settings(first, count), groups(count));
    sumSlabs(backend, partial, count, result, first > 0);
  }
  return result;
}

function gradientCode(tile: Tile, from: Elements, gradient: Elements): string {
  const vectorIn = from !== "f32", vectorOut = gradient !== "f32";
  const vectors = Array.from({ length: vectorIn ? Math.ceil(tile.rows / 4) : tile.rows }, (_, m) => m);
  const rows = Array.from({ length: tile.rows }, (_, m) => m);
  const columns = Array.from({ length: vectorOut ? tile.columns : 4 * tile.columns }, (_, j) => j);
  const both = (write: (m: number, j: number) => string) =>
    rows.flatMap((m) => columns.map((j) => write(m, j))).join("\n");
  const type = valueType(vectorOut), width = vectorIn ? 4 : 1;
  const value = (m: number) => vectorIn ? `x${m >> 2}[${m & 3}]` : `x${m}`;
  return `${patchSettings("terms", "first")}
${declareBuffer(0, "x", from)}
${declareBuffer(1, "dy", gradient)}
@group(0) @binding(2) var<storage, read_write> partial: array<${type}>;
@group(0) @binding(3) var<uniform> p: Settings;
${GATHER}
${mainCode(tile.workgroup)}
  let line = p.columns${vectorOut ? " / 4" : ""};
  let across = (line + ${columns.length - 1}) / ${columns.length};
  let down = (p.terms + ${tile.rows - 1}) / ${tile.rows};
  if (id >= across * down * p.slabs) { return; }
  let column = (id % across) * ${columns.length};
  let first = ((id / across) % down) * ${tile.rows};
  let slab = id / (across * down);
  let last = line - 1 - column;
  let all = p.channels${vectorIn ? " / 4" : ""};
  ${
    vectors.map((m) =>
      `let t${m} = min(first + ${
        width * m
      }, p.terms - ${width}); let tap${m} = t${m} / p.channels; let c${m} = (t${m} % p.channels)${
        vectorIn ? " / 4" : ""
      };`
    ).join("\n")
  }
  ${both((m, j) => `var s${m}_${j} = ${type}(0.0);`)}
  let begin = (p.first + slab) * p.steps;
  for (var row = begin; row < min(begin + p.steps, p.rows); row++) {
    ${
    vectors.map((m) =>
      `let r${m} = place(row, 0, tap${m} / p.tapsAcross, tap${m} % p.tapsAcross); let x${m} = select(${
        valueType(vectorIn)
      }(0.0), load_x(max(r${m}, 0) * all + c${m}), r${m} >= 0);`
    ).join("\n")
  }
    let at = row * line + column;
    ${columns.map((j) => `let g${j} = load_dy(at + min(${j}, last));`).join("\n")}
    ${both((m, j) => `s${m}_${j} = fma(${type}(${value(m)}), g${j}, s${m}_${j});`)}
  }
  ${
    rows.map((m) =>
      `if (first + ${m} < p.terms) { let to = (slab * p.terms + first + ${m}) * line + column; ${
        columns.map((j) => `if (${j} <= last) { partial[to + ${j}] = s${m}_${j}; }`).join(" ")
      } }`
    ).join("\n")
  }
}`;
}
