import { assertEquals } from "@std/assert";
import { z } from "zod";
import { legalValues, listedValues } from "../../registry/legal.ts";

Deno.test("legalValues() says what a schema accepts", () => {
  const cases: [z.ZodType, string][] = [
    [z.number(), "a number"],
    [z.number().min(0).max(Math.PI / 2), "a number from 0 to 1.5708"],
    [z.number().positive(), "a number above 0"],
    [z.number().min(0).lt(1), "a number of at least 0 and below 1"],
    [z.int(), "an integer"],
    [z.int().min(1), "an integer of at least 1"],
    [z.int().min(2).multipleOf(2), "an integer of at least 2, a multiple of 2"],
    [z.boolean().default(false), "true or false"],
    [z.string().nullable(), "a text or null"],
    [z.string().min(1), "a text that is not empty"],
    [z.enum(["none", "clip", "easy"]), '"none", "clip" or "easy"'],
    [z.union([z.literal("auto"), z.int().min(1)]), '"auto" or an integer of at least 1'],
    [z.tuple([z.int(), z.int()]), "a list of 2 values, each an integer"],
    [z.array(z.number()).min(1), "a list of at least 1 value, each a number"],
    [z.strictObject({ mean: z.number(), std: z.number() }), 'a mapping with the keys "mean", "std"'],
  ];
  for (const [schema, words] of cases) assertEquals(legalValues(schema), words);
});

Deno.test("listedValues() lists enumerations and unions of literals alone", () => {
  assertEquals(listedValues(z.union([z.literal(1), z.literal(3)]).default(1)), [1, 3]);
  assertEquals(listedValues(z.union([z.literal(1), z.number()])), undefined);
});
