import { fuzz, type FuzzFormat } from "./fuzz.ts";
import { RECORDIO } from "./fuzz_recordio.ts";
import { ZIP } from "./fuzz_zip.ts";

const FORMATS: readonly FuzzFormat[] = [
  ...RECORDIO,
  ZIP,
];

FORMATS.forEach(fuzz);
