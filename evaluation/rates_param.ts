/**
 * Parameters that are lists of rates.
 *
 * @module
 */
import { z } from "zod";

/** A parameter of distinct rates in (0, 1). */
export function ratesParam(values: readonly number[], description: string): z.ZodDefault<z.ZodArray<z.ZodNumber>> {
  return z.array(z.number().gt(0).lt(1)).max(16)
    .refine((rates) => new Set(rates).size === rates.length, "Each rate may be given once")
    .default([...values]).describe(description);
}
