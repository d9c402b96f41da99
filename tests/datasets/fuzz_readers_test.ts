import { fuzz } from "./fuzz.ts";
import { READERS } from "./fuzz_readers.ts";

READERS.forEach(fuzz);
