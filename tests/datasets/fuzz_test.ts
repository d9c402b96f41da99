import { fuzz, type FuzzFormat } from "./fuzz.ts";
import { ZIP } from "./fuzz_zip.ts";

const FORMATS: readonly FuzzFormat[] = [
  ZIP,
];

FORMATS.forEach(fuzz);
