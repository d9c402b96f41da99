import * as catalogue from "../../losses/catalogue.ts";
import { type HeadContractOptions, testHeadContract } from "./contract.ts";

/** What mathematics rules out, and where parameters bind one another. */
const options: Readonly<Record<string, HeadContractOptions>> = {
  cosface: { inert: ["gradient=detached", "boundary=fallback", "boundary=clip", "boundary=reflect"] },
  "dynamic-margin": { base: { k: 1 } },
  "subcenter-arcface": { base: { k: 1 } },
  sphereface2: { base: { r: 4, t: 1.2 }, along: { "form=M": { m: 1.7 } }, values: { m: [0.7] } },
};

for (const plugin of Object.values(catalogue)) testHeadContract(plugin, options[plugin.name]);
