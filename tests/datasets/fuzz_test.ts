import { fuzz, type FuzzFormat } from "./fuzz.ts";
import { LISTS } from "./fuzz_lists.ts";
import { PICKLED } from "./fuzz_pickle.ts";
import { READERS } from "./fuzz_readers.ts";
import { RECORDIO } from "./fuzz_recordio.ts";
import { TEMPLATES } from "./fuzz_templates.ts";
import { ZIP } from "./fuzz_zip.ts";

const FORMATS: readonly FuzzFormat[] = [
  ...LISTS,
  ...PICKLED,
  ...READERS,
  ...RECORDIO,
  ...TEMPLATES,
  ZIP,
];

FORMATS.forEach(fuzz);
