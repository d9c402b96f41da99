/**
 * Process Run Crate 0.5: its table, property by property, and its section on configuration files.
 *
 * @module
 */
import { type Crate, each, isOf, refersTo, type Requirement, text, type Thing, without } from "./profile.ts";

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?\+\d{2}:\d{2}$/;
const root = (crate: Crate) => [crate.root], actions = (crate: Crate) => crate.actions;
const programs = (crate: Crate) => crate.of("SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow");
const failed = (action: Thing) => action["actionStatus"] === "http://schema.org/FailedActionStatus";
const PROFILE = "Process Run Crate 0.5";

/** Process Run Crate 0.5. */
export const profile: readonly Requirement[] = [
  each(
    `${PROFILE}, Dataset conformsTo: MUST`,
    "the root conforms to a CreativeWork with the profile's permalink",
    root,
    (one, crate) =>
      crate.refs(one, "conformsTo").some((found) =>
        isOf(found, "CreativeWork") && found!["@id"] === "https://w3id.org/ro/wfrun/process/0.5"
      ),
    without("conformsTo"),
  ),
  each(
    `${PROFILE}, SoftwareApplication @id: SHOULD`,
    "a program's identifier is an absolute URI",
    programs,
    (one) => /^https?:\/\//.test(one["@id"]),
    (one) => one["@id"] = "#program",
  ),
  ...["name", "url"].map((property) =>
    each(
      `${PROFILE}, SoftwareApplication ${property}: SHOULD`,
      `a program has a ${property}`,
      programs,
      (one) => text(one, property),
      without(property),
    )
  ),
  each(
    `${PROFILE}, SoftwareApplication version: SHOULD`,
    "a program has a version",
    programs,
    (one) => text(one, "version") || text(one, "softwareVersion"),
    without("softwareVersion"),
  ),
  each(
    `${PROFILE}, SoftwareApplication version: SHOULD NOT`,
    "a program has version and softwareVersion",
    programs,
    (one) => one["version"] === undefined || one["softwareVersion"] === undefined,
    (one) => one["version"] = one["softwareVersion"],
  ),
  {
    from: `${PROFILE}, CreateAction @type: SHOULD`,
    asks: "there is an action, and it is a CreateAction",
    broken: (crate) =>
      crate.actions.length === 0 ? [crate.root] : crate.actions.filter((one) => !isOf(one, "CreateAction")),
    breaks: (crate) => crate.actions[0]!["@type"] = "UpdateAction",
  },
  each(
    `${PROFILE}, CreateAction @id: RECOMMENDED`,
    "an action's identifier is a UUID",
    actions,
    (one) =>
      /^(?:#|urn:uuid:)[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(one["@id"]),
    (one) => one["@id"] = "#run",
  ),
  each(
    `${PROFILE}, CreateAction @id: SHOULD`,
    "the root mentions an action",
    actions,
    (one, crate) => crate.refs(crate.root, "mentions").includes(one),
    (_, crate) => (crate.root["mentions"] as Thing[]).shift(),
  ),
  each(
    `${PROFILE}, CreateAction instrument: MUST`,
    "an action has an instrument, which is a program",
    actions,
    (one, crate) =>
      refersTo(crate, one, "instrument", "SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow"),
    without("instrument"),
  ),
  ...["name", "description"].map((property) =>
    each(
      `${PROFILE}, CreateAction ${property}: SHOULD`,
      `an action has a ${property}`,
      actions,
      (one) => text(one, property),
      without(property),
    )
  ),
  ...["endTime", "startTime"].map((property) =>
    each(
      `${PROFILE}, CreateAction ${property}: SHOULD`,
      `an action's ${property} is in ISO 8601, its offset written out`,
      actions,
      (one) => TIME.test(String(one[property])),
      (one) => one[property] = "yesterday",
    )
  ),
  each(
    `${PROFILE}, CreateAction agent: SHOULD`,
    "an action's agent is a person or an organization",
    actions,
    (one, crate) => refersTo(crate, one, "agent", "Person", "Organization"),
    without("agent"),
  ),
  each(
    `${PROFILE}, CreateAction result: SHOULD`,
    "an action has a result",
    actions,
    (one) => [one["result"] ?? []].flat().length > 0,
    without("result"),
  ),
  ...["object", "result", "environment"].map((property) =>
    each(
      `${PROFILE}, object and result, environment: SHOULD`,
      `what ${property} refers to is a file, folder, collection, work or value`,
      actions,
      (one, crate) =>
        property === "environment"
          ? refersTo(crate, one, property, "PropertyValue")
          : refersTo(crate, one, property, "File", "Dataset", "Collection", "CreativeWork", "PropertyValue"),
      (one, crate) => void (crate.refs(one, property)[0]!["@type"] = "Thing"),
    )
  ),
  each(
    `${PROFILE}, configuration files: SHOULD`,
    "an action's object has the files that configured it",
    actions,
    (one, crate) => crate.refs(one, "object").some((found) => found?.["@id"] === "plan.json"),
    without("object"),
  ),
  each(
    `${PROFILE}, CreateAction actionStatus: SHOULD`,
    "an action's status is completed or failed",
    actions,
    (one) => failed(one) || one["actionStatus"] === "http://schema.org/CompletedActionStatus",
    (one) => one["actionStatus"] = "done",
  ),
  each(
    `${PROFILE}, CreateAction error: SHOULD NOT`,
    "an action that did not fail has an error",
    actions,
    (one) => failed(one) || one["error"] === undefined,
    (_, crate) => void (crate.actions.find((one) => !failed(one))!["error"] = "none"),
  ),
];
