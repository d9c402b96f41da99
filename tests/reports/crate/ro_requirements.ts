/**
 * RO-Crate 1.1: what its pages on the root, on data entities and on contextual entities ask for.
 *
 * @module
 */
import { type Crate, each, isOf, refersTo, type Requirement, text, type Thing, without } from "./profile.ts";

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const root = (crate: Crate) => [crate.root];
const descriptor = (crate: Crate) => [crate.descriptor], files = (crate: Crate) => crate.of("File");

const ROOT = "RO-Crate 1.1, root", DATA = "RO-Crate 1.1, data", CONTEXT = "RO-Crate 1.1, contextual";

/** RO-Crate 1.1. */
export const ro: readonly Requirement[] = [
  {
    from: `${ROOT}: MUST`,
    asks: "the context is that of RO-Crate 1.1",
    broken: ({ context }) => [context].flat().includes("https://w3id.org/ro/crate/1.1/context") ? [] : [context],
    breaks: (crate) => Object.assign(crate, { context: "https://example.org" }),
  },
  each(`${ROOT}: MUST`, "the descriptor is a CreativeWork", descriptor, (one) => isOf(one, "CreativeWork"), (one) => {
    one["@type"] = "Thing";
  }),
  each(
    `${ROOT}: MUST`,
    "the descriptor is about the root",
    descriptor,
    (one, crate) => crate.refs(one, "about")[0] === crate.root,
    without("about"),
  ),
  each(
    `${ROOT}: SHOULD`,
    "the descriptor conforms to RO-Crate 1.1",
    descriptor,
    (one) => (one["conformsTo"] as Thing | undefined)?.["@id"] === "https://w3id.org/ro/crate/1.1",
    without("conformsTo"),
  ),
  each(`${ROOT}: MUST`, "the root is a Dataset", root, (one) => isOf(one, "Dataset"), (one) => {
    one["@type"] = "Thing";
  }),
  each(`${ROOT}: MUST`, "the root's identifier ends with a slash", root, (one) => /\/$/.test(one["@id"]), (one) => {
    one["@id"] = "root";
  }),
  ...["name", "description"].map((property) =>
    each(`${ROOT}: MUST`, `the root has a ${property}`, root, (one) => text(one, property), without(property))
  ),
  each(
    `${ROOT}: MUST`,
    "the root has datePublished, ISO 8601, to the day",
    root,
    (one) => DATE.test(String(one["datePublished"])),
    (one) => one["datePublished"] = "31 January",
  ),
  each(
    `${ROOT}: SHOULD`,
    "the root's license is an entity with a name and a description",
    root,
    (one, crate) =>
      refersTo(crate, one, "license", "CreativeWork") &&
      crate.refs(one, "license").every((licence) => text(licence!, "name") && text(licence!, "description")),
    (one, crate) => delete crate.refs(one, "license")[0]!["description"],
  ),
  each(
    `${ROOT}: SHOULD`,
    "the root has an author that is a person or organization",
    root,
    (one, crate) => refersTo(crate, one, "author", "Person", "Organization"),
    without("author"),
  ),
  each(
    `${ROOT}: SHOULD`,
    "the root's publisher is an organization",
    root,
    (one, crate) => refersTo(crate, one, "publisher", "Organization"),
    without("publisher"),
  ),
  each(
    `${DATA}: MUST`,
    "every file is part of the root",
    files,
    (one, crate) => crate.refs(crate.root, "hasPart").includes(one),
    (one, crate) => {
      const parts = crate.root["hasPart"] as Thing[];
      parts.splice(parts.findIndex((part) => part["@id"] === one["@id"]), 1);
    },
  ),
  each(
    `${DATA}: MUST`,
    "what the root has as parts are files and folders that are described",
    root,
    (one, crate) => refersTo(crate, one, "hasPart", "File", "Dataset"),
    (_, crate) => void (crate.of("File")[0]!["@type"] = "Thing"),
  ),
  each(
    `${DATA}: MUST`,
    "a file's identifier is a relative URI, percent-encoded",
    files,
    (one) =>
      /^(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-F]{2})+(?:\/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+)*$/.test(
        one["@id"],
      ),
    (one, crate) => {
      const id = one["@id"];
      one["@id"] = (crate.root["hasPart"] as Thing[]).find((part) => part["@id"] === id)!["@id"] = "a b";
    },
  ),
  ...["name", "description", "contentSize"].map((property) =>
    each(`${DATA}: SHOULD`, `a file has ${property}`, files, (one) => text(one, property), without(property))
  ),
  each(
    `${DATA}: SHOULD`,
    "a file's encodingFormat is a media type",
    files,
    (one) => /^\w+\/[\w.-]+(?:\+[\w.-]+)?$/.test(String(one["encodingFormat"])),
    without("encodingFormat"),
  ),
  {
    from: `${CONTEXT}: MUST`,
    asks: "no two entities have one identifier",
    broken: ({ graph }) => graph.filter((one, i) => graph.findIndex((two) => two["@id"] === one["@id"]) !== i),
    breaks: ({ graph }) => graph.push({ ...graph[3]! }),
  },
  {
    from: `${CONTEXT}: SHOULD`,
    asks: "whatever is referred to is described, but for the specification itself",
    broken: (crate) =>
      [...references(crate.graph)].filter((id) => !crate.get(id) && id !== "https://w3id.org/ro/crate/1.1"),
    breaks: (crate) => crate.graph = crate.graph.filter((one) => !isOf(one, "PropertyValue")),
  },
  {
    from: `${CONTEXT}: SHOULD`,
    asks: "every entity is referred to",
    broken: ({ graph }) => {
      const named = new Set(references(graph));
      return graph.filter((one) => !named.has(one["@id"]) && one["@id"] !== "ro-crate-metadata.json");
    },
    breaks: ({ graph }) => graph.push({ "@id": "#alone", "@type": "Thing" }),
  },
  each(
    `${CONTEXT}: SHOULD`,
    "an author has a name and an affiliation that is an organization",
    (crate) => crate.of("Person"),
    (one, crate) => text(one, "name") && refersTo(crate, one, "affiliation", "Organization"),
    without("affiliation"),
  ),
  each(
    `${CONTEXT}: SHOULD`,
    "an organization has a name and an address",
    (crate) => crate.of("Organization"),
    (one) => text(one, "name") && text(one, "url"),
    without("url"),
  ),
];

/** Every identifier that something refers to. */
function* references(value: unknown): Generator<string> {
  if (Array.isArray(value)) { for (const one of value) yield* references(one); }
  else if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    if (keys.length === 1 && keys[0] === "@id") yield (value as Thing)["@id"];
    else for (const key of keys) yield* references((value as Record<string, unknown>)[key]);
  }
}
