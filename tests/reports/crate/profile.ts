/**
 * What RO-Crate 1.1 and the profile Process Run Crate 0.5 ask for, each sentence with how to break it.
 *
 * @module
 */

/** An entity of a description. */
export type Thing = { "@id": string; "@type": string | string[] } & Record<string, unknown>;

/** One sentence of a specification. */
export interface Requirement {
  /** Where it stands and how strong it is. */
  readonly from: string;
  /** What it asks for, in our words. */
  readonly asks: string;
  /** The entities that break it. */
  readonly broken: (crate: Crate) => unknown[];
  /** Breaks it. */
  readonly breaks: (crate: Crate) => void;
}

/** A description, with what checks look for. */
export class Crate {
  readonly context: unknown;
  graph: Thing[];

  constructor(text: string) {
    ({ "@context": this.context, "@graph": this.graph } = JSON.parse(text));
  }

  get(id: unknown): Thing | undefined {
    return this.graph.find((thing) => thing["@id"] === id);
  }

  of(...types: string[]): Thing[] {
    return this.graph.filter((thing) => isOf(thing, ...types));
  }

  get root(): Thing {
    return this.get("./") ?? { "@id": "", "@type": "" };
  }

  get descriptor(): Thing {
    return this.get("ro-crate-metadata.json") ?? { "@id": "", "@type": "" };
  }

  get actions(): Thing[] {
    return this.of("CreateAction", "ActivateAction", "UpdateAction");
  }

  /** Entities that a property of another refers to; `undefined` for one that is not there. */
  refs(thing: Thing, property: string): (Thing | undefined)[] {
    const value = thing[property];
    return value === undefined ? [] : [value].flat().map((one) => this.get((one as Thing)?.["@id"]));
  }
}

/** Whether an entity has one of the types. */
export function isOf(thing: Thing | undefined, ...types: string[]): boolean {
  return thing !== undefined && [thing["@type"]].flat().some((type) => types.includes(type));
}

/** That a property is there, as text. */
export function text(thing: Thing, property: string): boolean {
  const value = thing[property];
  return typeof value === "string" && value.trim() !== "";
}

/** That a property refers to entities, all of one of the types. */
export function refersTo(crate: Crate, thing: Thing, property: string, ...types: string[]): boolean {
  const found = crate.refs(thing, property);
  return found.length > 0 && found.every((one) => isOf(one, ...types));
}

/** A sentence about each of some entities, broken in the first of them. */
export function each(
  from: string,
  asks: string,
  which: (crate: Crate) => Thing[],
  holds: (thing: Thing, crate: Crate) => boolean,
  breaks: (thing: Thing, crate: Crate) => void,
): Requirement {
  return {
    from,
    asks,
    broken: (crate) => which(crate).filter((thing) => !holds(thing, crate)),
    breaks: (crate) => breaks(which(crate)[0]!, crate),
  };
}

/** How to break a sentence: without a property. */
export function without(property: string): (thing: Thing) => void {
  return (thing) => void delete thing[property];
}
