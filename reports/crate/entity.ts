/**
 * Entities of JSON-LD, as `ro-crate-metadata.json` lists them.
 *
 * @module
 */

/** An entity: what it is called, what it is, and what is said of it. */
export interface Entity {
  /** Its identifier: a path in the package, an address, or `#…`. */
  readonly "@id": string;
  /** What it is. */
  readonly "@type": string | readonly string[];
  readonly [property: string]: unknown;
}

/** A reference to an entity. */
export interface Reference {
  /** Its identifier. */
  readonly "@id": string;
}

/** References to entities. */
export function refer(entities: readonly Reference[]): Reference[] {
  return entities.map((entity) => ({ "@id": entity["@id"] }));
}

/** The identifier of a file: its path, each part of it percent-encoded. */
export function fileId(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Entities once each, by identifier, in the order in which they were first named. */
export function once(entities: readonly Entity[]): Entity[] {
  return [...new Map(entities.toReversed().map((entity) => [entity["@id"], entity])).values()].reverse();
}
