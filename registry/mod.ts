/**
 * Registries: read-only tables of plugins by name, the built-in ones, and loading of users' own.
 *
 * @module
 */
export { builtins } from "./builtins.ts";
export { describePlugin, type ParamDescription, type PluginDescription } from "./describe.ts";
export { legalValues, listedValues } from "./legal.ts";
export { type Loaded, type LoadedPlugin, loadPlugins, type ModuleLoader } from "./load.ts";
export { didYouMean, editDistance, listNames, nearest } from "./nearest.ts";
export { type Kind, KINDS, nameKey, type Registries, tableOfKind, withPlugins } from "./registries.ts";
export { createRegistry, type Registry } from "./registry.ts";
