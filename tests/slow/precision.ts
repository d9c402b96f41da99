/// Networks in float16 that the gate has no time for.
import { iresnet, mobilefacenet } from "../../backbones/catalogue.ts";
import { testPrecision } from "../training/precision_cases.ts";

testPrecision([
  [iresnet, { stages: [1, 1, 1, 1], widths: [16, 16, 16, 16], embedding: 8, output: "C", se: true }, 3],
  // Its last map is a single pixel here, so that batch norms see eight values: rounding parts the paths at once.
  [mobilefacenet, { blocks: [1, 1, 1, 1], embedding: 8 }, 1],
]);
