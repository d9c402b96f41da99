/**
 * Cycles of a directed graph.
 *
 * @module
 */

/**
 * One shortest cycle for every group of nodes that reach each other.
 *
 * @param edges The nodes that each node points at.
 * @returns Cycles as lists of nodes, the first one repeated at the end, in a stable order.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const told = new Set<string>();
  for (const start of [...edges.keys()].sort()) {
    if (told.has(start)) continue;
    const cycle = shortestCycle(edges, start);
    if (!cycle) continue;
    cycles.push(cycle);
    for (const node of groupOf(edges, start)) told.add(node);
  }
  return cycles;
}

function shortestCycle(edges: ReadonlyMap<string, readonly string[]>, start: string): string[] | undefined {
  const came = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) return trace(came, start, node);
      if (came.has(next)) continue;
      came.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

function trace(came: ReadonlyMap<string, string>, start: string, last: string): string[] {
  const path = [start];
  for (let node = last; node !== start; node = came.get(node)!) path.unshift(node);
  return [start, ...path];
}

/** The nodes that `start` reaches and that reach `start`. */
function groupOf(edges: ReadonlyMap<string, readonly string[]>, start: string): string[] {
  const back = new Map<string, string[]>();
  for (const [from, list] of edges) for (const to of list) back.set(to, [...back.get(to) ?? [], from]);
  const forward = reach(edges, start), backward = reach(back, start);
  return [...forward].filter((node) => backward.has(node));
}

function reach(edges: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const seen = new Set([start]);
  for (const node of seen) for (const next of edges.get(node) ?? []) seen.add(next);
  return seen;
}
