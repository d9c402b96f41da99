/**
 * Parameters that are ranges.
 *
 * @module
 */
import { z } from "zod";

/** A parameter of two numbers, the least first. */
export function rangeParam(
  number: z.ZodNumber,
  fallback: [least: number, greatest: number],
  description: string,
): z.ZodDefault<z.ZodTuple<[z.ZodNumber, z.ZodNumber], null>> {
  return z.tuple([number, number]).refine(([least, greatest]) => least <= greatest, {
    error: "its first number is the greater one, wanted [least, greatest]",
  }).default(fallback).describe(description);
}
