/**
 * How much of a product one invocation computes: the best tile depends on the adapter, so it is tried out.
 *
 * @module
 */

/** A tile: `rows` × 4·`columns` sums in the registers of one invocation. */
export interface Tile {
  /** Rows of the product. */
  readonly rows: number;
  /** Columns of the product, in vectors of four. */
  readonly columns: number;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
}

/** The fastest on a software adapter (llvmpipe): registers there are memory that stays in the cache. */
export const SOFTWARE_TILE: Tile = { rows: 8, columns: 8, workgroup: 32 };

/** For SwiftShader, whose compiler takes minutes and gigabytes for the code of a large tile. */
export const SMALL_TILE: Tile = { rows: 4, columns: 1, workgroup: 64 };

/** What is used without a trial: its 128 sums fit the registers of an invocation on any adapter. */
export const STANDARD_TILE: Tile = { rows: 8, columns: 4, workgroup: 64 };

/** Tiles that a trial compares. */
export const TILES: readonly Tile[] = [
  STANDARD_TILE,
  SOFTWARE_TILE,
  { rows: 8, columns: 2, workgroup: 64 },
  { rows: 4, columns: 2, workgroup: 64 },
  SMALL_TILE,
  { rows: 8, columns: 1, workgroup: 128 },
];

let current: Tile = STANDARD_TILE;

/** The tile in use. */
export function currentTile(): Tile {
  return current;
}

/** Uses a tile from now on; it can change the last bits of sums. */
export function useTile(tile: Tile): void {
  current = tile;
}

/** The tile in words, for the record and for keys. */
export function describeTile({ rows, columns, workgroup }: Tile): string {
  return `${rows}×${4 * columns}, ${workgroup}`;
}
