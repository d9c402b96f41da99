/**
 * What resolved reader sections tell before they are opened, nested readers included.
 *
 * @module
 */
import type { z } from "zod";
import type { ImageShape } from "../backbones/backbone.ts";
import { unwrap } from "../registry/legal.ts";
import type { Registries } from "../registry/registries.ts";
import { referenceWithin } from "./manifest/plugin.ts";
import type { Section } from "./resolved.ts";

/** The reader sections that a reader section's parameters name. */
export function nestedReaders(section: Section, registries: Registries): Section[] {
  const shape = registries.reader.get(String(section["reader"])).params.shape;
  return Object.entries(shape).flatMap(([name, schema]) => {
    const value = section[name];
    const element = (unwrap(schema as z.ZodType).def as { element?: z.ZodType }).element ?? schema as z.ZodType;
    if (referenceWithin(element)?.plugin !== "reader") return [];
    return (Array.isArray(value) ? value : [value]).filter((nested) => typeof nested === "object" && nested !== null);
  });
}

/** Image shape by the parameters alone, else by those of the first nested reader that tells, else `undefined`. */
export function shapeOf(section: Section, registries: Registries): ImageShape | undefined {
  const { reader, ...params } = section;
  const own = registries.reader.get(String(reader)).shape(params);
  if (own) return own;
  for (const nested of nestedReaders(section, registries)) {
    const shape = shapeOf(nested, registries);
    if (shape) return shape;
  }
  return undefined;
}

/** Number of classes by the parameters alone, or `undefined`. */
export function classesOf(section: Section, registries: Registries): number | undefined {
  const { reader, ...params } = section;
  return registries.reader.get(String(reader)).classes?.(params);
}

/** The reader section, this one or one nested in it, that will give stored embeddings, or `undefined`. */
export function storedReader(section: Section, registries: Registries): Section | undefined {
  const { reader, ...params } = section;
  if (registries.reader.get(String(reader)).storesEmbeddings?.(params)) return section;
  for (const nested of nestedReaders(section, registries)) {
    const found = storedReader(nested, registries);
    if (found) return found;
  }
  return undefined;
}

/** Paths in the data folder that a reader section and those nested in it will read, sorted, each once. */
export function pathsOf(section: Section, registries: Registries): string[] {
  const { reader, ...params } = section;
  const own = registries.reader.get(String(reader)).paths(params);
  const nested = nestedReaders(section, registries).flatMap((inner) => pathsOf(inner, registries));
  return [...new Set([...own, ...nested])].sort();
}

/** Files that a reader section and those nested in it read only where they are there, sorted, each once. */
export function optionalPathsOf(section: Section, registries: Registries): string[] {
  const { reader, ...params } = section;
  const own = registries.reader.get(String(reader)).optionalPaths?.(params) ?? [];
  const nested = nestedReaders(section, registries).flatMap((inner) => optionalPathsOf(inner, registries));
  return [...new Set([...own, ...nested])].sort();
}
