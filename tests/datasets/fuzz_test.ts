import { fuzz, type FuzzFormat } from "./fuzz.ts";
import { PICKLED } from "./fuzz_pickle.ts";
import { RECORDIO } from "./fuzz_recordio.ts";
import { ZIP } from "./fuzz_zip.ts";

const FORMATS: readonly FuzzFormat[] = [
  ...PICKLED,
  ...RECORDIO,
  ZIP,
];

FORMATS.forEach(fuzz);
